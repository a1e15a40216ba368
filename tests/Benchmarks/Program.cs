using ClaimsTransfer.Benchmarks;
using ClaimsTransfer.Benchmarks.Baseline;
using ClaimsTransfer.Benchmarks.Sides;

// The benchmark starts itself again for the processes that are its own; the services are the built ones.
return args switch
{
    [AcceptingConnector.Command] => await AcceptingConnector.RunAsync(),
    [BaselineHost.Command, var side] => await BaselineHost.RunAsync(Enum.Parse<Side>(side)),
    _ => await BenchCommand.RunAsync(args),
};
