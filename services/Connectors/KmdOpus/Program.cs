using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.KmdOpus;

var builder = WebApplication.CreateBuilder(args);
builder.AddKmdOpus();
var app = builder.Build();
app.MapDefaults();
app.MapKmdOpus();
await app.RunAsync();
