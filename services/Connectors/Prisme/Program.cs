using ClaimsTransfer.Prisme;

var builder = WebApplication.CreateBuilder(args);
builder.AddPrisme();

var app = builder.Build();
app.MapPrisme();
await app.RunAsync();
