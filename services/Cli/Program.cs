using ClaimsTransfer.Cli;

return await CommandLine.RunAsync(args);
