using ClaimsTransfer.Cli;
using ClaimsTransfer.Defaults.Hosting;

InvariantCulture.Use();
return await CommandLine.RunAsync(args);
