using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Standalone;

InvariantCulture.Use();
return await RunCommand.RunAsync(args);
