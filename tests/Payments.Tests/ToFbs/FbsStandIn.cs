using System.Collections.Concurrent;
using System.Text.Json;
using ClaimsTransfer.Payments.ToFbs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.ToFbs;

/// <summary>FBS's payment interface on a real port: idempotent on the order, whole fees only, and able to fail as the real one may.</summary>
internal sealed class FbsStandIn : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<long, string> _paidUnder = new();

    private FbsStandIn(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";

    /// <summary>What was asked for, call by call: path and order.</summary>
    public ConcurrentQueue<(string Path, string OrderId)> Calls { get; } = new();

    /// <summary>What the next calls do instead of answering, in this order.</summary>
    public ConcurrentQueue<Func<HttpContext, Task>> Failures { get; } = new();

    /// <summary>Whether a failure comes after the payment was registered.</summary>
    public bool RegistersBeforeItFails { get; set; }

    public HashSet<long> NotAllowed { get; } = [];

    public IReadOnlyDictionary<long, string> PaidUnder => _paidUnder;

    public static async Task<FbsStandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var fbs = new FbsStandIn(builder.Build());
        fbs._app.MapPost("/external/v1/{agency}/patron/{patron:long}/payment", fbs.PayAsync);
        await fbs._app.StartAsync();
        fbs.Url = fbs._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return fbs;
    }

    public void PaidAtTheLibrary(long feeId, string orderId) => _paidUnder[feeId] = orderId;

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task PayAsync(HttpContext context)
    {
        var payment = (await JsonSerializer.DeserializeAsync<FbsPayment>(context.Request.Body, JsonSerializerOptions.Web))!;
        Calls.Enqueue((context.Request.Path, payment.OrderId));
        if (Failures.TryDequeue(out var fail))
        {
            if (RegistersBeforeItFails)
                payment.FeeIds.Select(feeId => Register(feeId, payment.OrderId)).ToList().ShouldNotBeEmpty();
            await fail(context);
            return;
        }

        await context.Response.WriteAsJsonAsync(payment.FeeIds.Select(feeId => Register(feeId, payment.OrderId)).ToArray());
    }

    private FbsPaymentAnswer Register(long feeId, string orderId)
    {
        if (NotAllowed.Contains(feeId))
            return new FbsPaymentAnswer(feeId, orderId, null, "paymentNotAllowedByClient");
        var under = _paidUnder.GetOrAdd(feeId, orderId);
        return under == orderId
            ? new FbsPaymentAnswer(feeId, orderId, $"C-{orderId}", "paymentRegistered")
            : new FbsPaymentAnswer(feeId, under, null, "paymentRegisteredByDifferentOrderId");
    }
}
