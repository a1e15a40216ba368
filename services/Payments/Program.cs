using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Payments;

var builder = WebApplication.CreateBuilder(args);
builder.AddPayments();

var app = builder.Build();
app.MapDefaults();
app.MapPayments();
await app.RunAsync();
