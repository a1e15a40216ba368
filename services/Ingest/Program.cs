using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Ingest;

var builder = WebApplication.CreateBuilder(args);
builder.AddIngest();

var app = builder.Build();
app.MapDefaults();
app.MapIngest();
await app.RunAsync();
