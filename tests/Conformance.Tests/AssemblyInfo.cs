// A connector that is proved mostly waits: many at a time take no longer than a few.
[assembly: LevelOfParallelism(12)]
