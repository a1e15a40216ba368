using ClaimsTransfer.Standalone;

return await RunCommand.RunAsync(args);
