using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.OperationsConsole;

var builder = WebApplication.CreateBuilder(args);
builder.AddOperationsConsole();

var app = builder.Build();
app.MapDefaults();
app.MapOperationsConsole();
await app.RunAsync();
