// A journey is a whole system: two at a time, beside another suite, are more than two processors start in time.
[assembly: LevelOfParallelism(1)]
