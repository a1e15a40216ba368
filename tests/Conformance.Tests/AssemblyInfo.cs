// A connector that is proved mostly waits: a dozen at a time keep two processors busy, and more of them would lose their patience.
[assembly: LevelOfParallelism(12)]
