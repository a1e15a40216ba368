using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Routing;

var builder = WebApplication.CreateBuilder(args);
builder.AddRouting();

var app = builder.Build();
app.MapDefaults();
app.MapRouting();
await app.RunAsync();
