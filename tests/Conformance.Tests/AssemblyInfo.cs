// A connector that is proved mostly waits: all at a time take little longer than one.
[assembly: LevelOfParallelism(32)]
