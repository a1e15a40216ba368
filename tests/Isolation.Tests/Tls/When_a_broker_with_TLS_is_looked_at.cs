using System.Diagnostics;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Support;
using RabbitMQ.Client.Exceptions;
using Shouldly;

namespace ClaimsTransfer.Isolation.Tests.Tls;

[NonParallelizable]
public sealed class When_a_broker_with_TLS_is_looked_at
{
    [Test]
    public async Task A_broker_with_TLS_alone_listens_nowhere_else()
    {
        var access = TlsBroker.Access(new Installation { Broker = $"amqp://claims:secret@127.0.0.1:{TlsBroker.Server.Port}/%2F" });

        var away = await Should.ThrowAsync<BrokerUnreachableException>(() => access.ConnectAsync("plain", CancellationToken.None));

        access.WhyAway(away).ShouldSatisfyAllConditions(text => text.ShouldContain("refused"), text => text.ShouldContain("amqps://127.0.0.1:5671"));
    }

    [Test]
    public async Task The_doctor_says_so_too()
    {
        (await DoctorAsync(TlsBroker.With(TlsBroker.Vendor))).ShouldContain($"reached by TLS as '{TlsBroker.Vendor}' by a certificate that is good until");
        (await DoctorAsync(TlsBroker.With(TlsBroker.ExpiresSoon))).ShouldContain($"Our certificate '{TlsBroker.ExpiresSoon}'");
        (await DoctorAsync(TlsBroker.With(TlsBroker.Unknown))).ShouldContain($"not so  broker {TlsBroker.Uri}: {TlsBroker.Uri}: the broker has no user '{TlsBroker.Unknown}'");
    }

    private static async Task<string> DoctorAsync(Installation installation)
    {
        using var folder = new TemporaryFolder();
        new Endpoints(installation.Broker, "embedded", null, null, []).Write(folder.Path);
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Cli.dll"), "doctor", "--data", folder.Path]) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var (variable, value) in (ReadOnlySpan<(string, string)>)
            [("CLAIMS_BROKER", installation.Broker), ("CLAIMS_BROKER_CA", installation.BrokerCa), ("CLAIMS_BROKER_CERTIFICATE", installation.BrokerCertificate), ("CLAIMS_BROKER_KEY", installation.BrokerKey)])
            info.Environment[variable] = value;
        using var process = Process.Start(info)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var said = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return said;
    }
}
