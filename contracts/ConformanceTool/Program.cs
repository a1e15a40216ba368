using System.CommandLine;
using ClaimsTransfer.ConformanceKit.Commands;
using ClaimsTransfer.ConformanceKit.Starting;
using ClaimsTransfer.Defaults.Hosting;

InvariantCulture.Use();

// The kit for a vendor who has nothing of ours but this tool: claims-conform --start "node connector.js" …
var conform = ConformCommand.Create(new Dictionary<string, Func<string, IConnectorFactory>>(StringComparer.Ordinal), TimeProvider.System);
var root = new RootCommand(conform.Description!) { Action = conform.Action };
foreach (var option in conform.Options)
    root.Add(option);
foreach (var command in conform.Subcommands)
    root.Add(command);
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(40) });
