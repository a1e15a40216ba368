#!/usr/bin/env bash
# MassTransit.RabbitMQ 8.5.12, .NET 10, RabbitMQ 3.10 (Debian 12): the error queue of a receive endpoint has every argument of its work queue, the delivery limit too.
#
# A receive endpoint has a quorum queue with a delivery limit of 2, so that a message which ends its consumer is not delivered for ever; and its handler throws. One would expect that the
# error queue keeps what is put on it until somebody has seen to it. MassTransit declares it with the arguments of the work queue: who looks into it and puts the message back as often as
# the limit says (the management's "Get messages" does that) has deleted it, for the error queue has no queue behind it. A time to live is passed on in the same way. Who needs error
# queues that keep their messages has to declare them before the bus does, or configure them (ConfigureError).
#
# Output seen:
#   sales_error is there with x-delivery-limit = 2, as sales has it
#   looked at and put back 1 times: there
#   looked at and put back 2 times: there
#   looked at and put back 3 times: gone
set -euo pipefail
command -v dotnet >/dev/null || { echo "needs dotnet" >&2; exit 2; }
program=/usr/lib/rabbitmq/bin/rabbitmq-server
[ -x "$program" ] || { echo "needs Debian's rabbitmq-server" >&2; exit 2; }

self=$(realpath "${BASH_SOURCE[0]}")
work=$(mktemp -d)
broker=
end() {
  [ -z "$broker" ] || kill "$broker" 2>/dev/null || true
  [ -z "$broker" ] || wait "$broker" 2>/dev/null || true
  ERL_EPMD_PORT=$epmd epmd -kill >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap end EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cd "$work"
read -r port dist epmd < <(python3 -c 'import socket; s = [socket.socket() for _ in range(3)]; [x.bind(("127.0.0.1", 0)) for x in s]; print(*[x.getsockname()[1] for x in s])')

printf 'listeners.tcp.1 = 127.0.0.1:%s\nlog.console = false\n' "$port" >rabbitmq.conf
printf '[].\n' >enabled_plugins
as=()
if [ "$(id -u)" = 0 ]; then
  chmod 755 "$work" && chown -R rabbitmq "$work"
  as=(setpriv --reuid rabbitmq --regid rabbitmq --init-groups)
fi
begin() {
  env HOME="$work" RABBITMQ_NODENAME=finding@localhost RABBITMQ_CONFIG_FILE="$work/rabbitmq.conf" RABBITMQ_CONF_ENV_FILE="$work/none" RABBITMQ_ENABLED_PLUGINS_FILE="$work/enabled_plugins" \
    RABBITMQ_MNESIA_BASE="$work/mnesia" RABBITMQ_LOG_BASE="$work/log" RABBITMQ_DIST_PORT="$dist" ERL_EPMD_PORT="$epmd" ERL_EPMD_ADDRESS=127.0.0.1 RUNNING_UNDER_SYSTEMD=true \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' "${as[@]}" "$program" >broker.log 2>&1 &
  broker=$!
  for _ in $(seq 600); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.2; done
}

mkdir application && cd application
cat >finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="MassTransit.RabbitMQ" Version="[8.5.12]" /></ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'PROGRAM'
using System.Text.RegularExpressions;
using MassTransit;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shop;

var address = new Uri($"amqp://guest:guest@127.0.0.1:{args[0]}/");
var bus = Bus.Factory.CreateUsingRabbitMq(configurator =>
{
    configurator.Host(address);
    configurator.ReceiveEndpoint("sales", endpoint =>
    {
        endpoint.SetQuorumQueue();
        endpoint.SetQueueArgument("x-delivery-limit", 2);
        endpoint.Handler<Sold>(_ => throw new InvalidOperationException("Not today."));
    });
});
await bus.StartAsync();
await bus.Publish(new Sold(1));

await using var connection = await new ConnectionFactory { Uri = address }.CreateConnectionAsync();
for (var look = 0; ; look++)
{
    var found = await TakeAsync(wait: look == 0);
    if (look > 0)
        Console.WriteLine($"looked at and put back {look} times: {(found ? "there" : "gone")}");
    else
        await TellAsync();
    if (!found)
        break;
}

await bus.StopAsync();

// A message that is put back counts one more delivery. The queue is declared when the first message fails.
async Task<bool> TakeAsync(bool wait)
{
    for (var patience = 0; patience < (wait ? 600 : 20); patience++)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync();
            if (await channel.BasicGetAsync("sales_error", autoAck: false) is { } got)
            {
                await channel.BasicNackAsync(got.DeliveryTag, multiple: false, requeue: true);
                return true;
            }
        }
        catch (OperationInterruptedException) when (wait)
        {
            Console.Error.WriteLine("not there yet");
        }

        await Task.Delay(100);
    }

    return false;
}

async Task TellAsync()
{
    await using var channel = await connection.CreateChannelAsync();
    try
    {
        await channel.QueueDeclareAsync("sales_error", true, false, false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        Console.WriteLine("sales_error is there without a delivery limit");
    }
    catch (OperationInterruptedException different)
    {
        var told = Regex.Match(different.ShutdownReason!.ReplyText, "inequivalent arg '(x-delivery-limit)'.*current is the value '([0-9]+)'");
        Console.WriteLine($"sales_error is there with {told.Groups[1].Value} = {told.Groups[2].Value}, as sales has it");
    }
}

namespace Shop
{
    public sealed record Sold(int Number);
}
PROGRAM
dotnet build -v q -nologo >/dev/null
begin
dotnet run --no-build -- "$port" 2>"$work/noise" | grep -E '^(sales_error|looked)' | tee "$work/seen" || { cat "$work/noise" >&2; exit 1; }

sed -n 's/^#   //p' "$self" >"$work/expected"
diff "$work/expected" "$work/seen" && echo "As stated above."
