using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Sandbox;

var builder = WebApplication.CreateBuilder(args);
builder.AddSandbox();
var app = builder.Build();
app.MapDefaults();
app.MapSandbox();
await app.RunAsync();
