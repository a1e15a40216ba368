using ClaimsTransfer.OesIndsigt;

var builder = WebApplication.CreateBuilder(args);
builder.AddOesIndsigt();

var app = builder.Build();
app.MapOesIndsigt();
await app.RunAsync();
