#!/usr/bin/env bash
# MassTransit.RabbitMQ 8.5.12, .NET 10, RabbitMQ 3.10 (Debian 12): with the broker gone, a bus that only sends is Healthy, and one that also receives is Degraded.
#
# A bus has sent a message; then its broker is killed and stays away. One would expect CheckHealth, which the registered health check calls as well, to say Unhealthy once the connection is
# lost. For 20 s it says of a bus without receive endpoints that it is healthy and ready, while a publish waits until it is cancelled; of a bus with one it says Degraded, which
# ASP.NET Core's health endpoint answers with 200 like Healthy. A readiness probe on it lets traffic through to a service that can send nothing. Who needs to know has to look at the
# connection, or at a publish, himself.
#
# Output seen:
#   without a receive endpoint: Healthy before; 20 s after the broker is gone: Healthy, publish: TaskCanceledException
#   with a receive endpoint: Healthy before; 20 s after the broker is gone: Degraded, publish: TaskCanceledException
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
using System.Diagnostics;
using MassTransit;
using Shop;

var (port, broker, receives) = (args[0], int.Parse(args[1]), args[2] == "with");
var bus = Bus.Factory.CreateUsingRabbitMq(configurator =>
{
    configurator.Host(new Uri($"amqp://guest:guest@127.0.0.1:{port}/"));
    if (receives)
        configurator.ReceiveEndpoint("sales", endpoint => endpoint.Handler<Sold>(_ => Task.CompletedTask));
});
await bus.StartAsync();
await bus.Publish(new Sold(1));
var before = bus.CheckHealth().Status;

Process.GetProcessById(broker).Kill();
await Task.Delay(TimeSpan.FromSeconds(20));
var after = bus.CheckHealth().Status;
using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
var publish = "confirmed";
try
{
    await bus.Publish(new Sold(2), patience.Token);
}
catch (Exception fault)
{
    publish = fault.GetType().Name;
}

Console.WriteLine($"{args[2]} a receive endpoint: {before} before; 20 s after the broker is gone: {after}, publish: {publish}");
// A stop would wait for the broker.
Environment.Exit(0);

namespace Shop
{
    public sealed record Sold(int Number);
}
PROGRAM
dotnet build -v q -nologo >/dev/null
for how in without with; do
  begin
  dotnet run --no-build -- "$port" "$broker" "$how" 2>&1 | grep 'receive endpoint:' | tee -a "$work/seen"
  wait "$broker" 2>/dev/null || true
done

sed -n 's/^#   //p' "$self" >"$work/expected"
diff "$work/expected" "$work/seen" && echo "As stated above."
