#!/usr/bin/env bash
# MassTransit.RabbitMQ 8.5.12, .NET 10, RabbitMQ 3.10 (Debian 12): a send writes its attributes on whatever span is current, its own or not.
#
# An application traces its own source and does not listen to MassTransit's (AddSource("MassTransit") is left out), so that MassTransit makes no span. One would expect that it then
# writes nothing either. The RabbitMQ transport puts messaging.rabbitmq.destination.routing_key on Activity.Current all the same: the span of the HTTP request, the job or the batch in
# which something is published says a routing key, the last of several, and is counted with the messaging spans by whoever filters on messaging.*. Who does not want that sets
# Activity.Current to null around the call.
#
# Output seen:
#   spans: checkout
#   checkout has messaging.rabbitmq.destination.routing_key = second
#   with Activity.Current = null: checkout has nothing
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
env HOME="$work" RABBITMQ_NODENAME=finding@localhost RABBITMQ_CONFIG_FILE="$work/rabbitmq.conf" RABBITMQ_CONF_ENV_FILE="$work/none" RABBITMQ_ENABLED_PLUGINS_FILE="$work/enabled_plugins" \
  RABBITMQ_MNESIA_BASE="$work/mnesia" RABBITMQ_LOG_BASE="$work/log" RABBITMQ_DIST_PORT="$dist" ERL_EPMD_PORT="$epmd" ERL_EPMD_ADDRESS=127.0.0.1 RUNNING_UNDER_SYSTEMD=true \
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' "${as[@]}" "$program" >broker.log 2>&1 &
broker=$!
for _ in $(seq 600); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.2; done

mkdir application && cd application
cat >finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="MassTransit.RabbitMQ" Version="[8.5.12]" /></ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'PROGRAM'
using System.Diagnostics;
using MassTransit;
using Shop;

const string Tag = "messaging.rabbitmq.destination.routing_key";
var spans = new List<string>();
using var listener = new ActivityListener
{
    ShouldListenTo = source => source.Name == "Shop",
    Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    ActivityStopped = span => spans.Add(span.OperationName),
};
ActivitySource.AddActivityListener(listener);
using var shop = new ActivitySource("Shop");
var bus = Bus.Factory.CreateUsingRabbitMq(configurator => configurator.Host(new Uri($"amqp://guest:guest@127.0.0.1:{args[0]}/")));
await bus.StartAsync();

using (var checkout = shop.StartActivity("checkout")!)
{
    foreach (var key in (string[])["first", "second"])
        await bus.Publish(new Sold(1), context => context.SetRoutingKey(key));
    checkout.Stop();
    Console.WriteLine($"spans: {string.Join(", ", spans)}");
    Console.WriteLine($"checkout has {Shown(checkout)}");
}

using (var checkout = shop.StartActivity("checkout")!)
{
    Activity.Current = null;
    await bus.Publish(new Sold(2), context => context.SetRoutingKey("third"));
    Console.WriteLine($"with Activity.Current = null: checkout has {Shown(checkout)}");
}

await bus.StopAsync();

static string Shown(Activity span) => span.GetTagItem(Tag) is { } value ? $"{Tag} = {value}" : "nothing";

namespace Shop
{
    public sealed record Sold(int Number);
}
PROGRAM
dotnet run -- "$port" 2>&1 | grep -v 'MassTransit\[' | tee "$work/seen"

sed -n 's/^#   //p' "$self" >"$work/expected"
diff "$work/expected" "$work/seen" && echo "As stated above."
