// A journey waits now and then, for servers that start and for debtor systems: two at a time keep two processors busy.
[assembly: LevelOfParallelism(2)]
