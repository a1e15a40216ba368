using Acme.Connector;
using ClaimsTransfer.ConnectorSdk.Hosting;
using ClaimsTransfer.Defaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddDebtorSystem();
var app = builder.Build();
app.MapDefaults();
app.MapConnector(DebtorSystemConnector.Vendor);
await app.RunAsync();
