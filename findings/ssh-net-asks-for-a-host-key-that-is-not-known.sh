#!/usr/bin/env bash
# SSH.NET 2026.0.0, .NET 10, OpenSSH 9.2 (Debian 12): the client does not ask for the host key that known_hosts has.
#
# A server has three host keys, and the client's known_hosts has one of them, the RSA key, as it was handed over. `ssh -o StrictHostKeyChecking=yes` connects: it moves the
# algorithms of the keys it knows to the front of what it offers. One would expect the same of a client whose HostKeyReceived compares with known_hosts. SSH.NET knows no
# known_hosts and offers in an order of its own, Ed25519 first: the handler is shown a key that is not in the file, and who compares refuses the right server, or is tempted to
# accept what it does not know. It connects when the other algorithms are taken out of ConnectionInfo.HostKeyAlgorithms beforehand.
#
# Output seen:
#   ssh with known_hosts of RSA only: connected
#   SSH.NET as it comes: shown ssh-ed25519, which is not the known key: SshConnectionException
#   SSH.NET with RSA algorithms only: shown rsa-sha2-512, which is the known key: connected
set -euo pipefail
for tool in dotnet ssh ssh-keygen python3; do command -v "$tool" >/dev/null || { echo "needs $tool" >&2; exit 2; }; done
sshd=$(command -v sshd || echo /usr/sbin/sshd)
[ -x "$sshd" ] || { echo "needs sshd, of Debian's openssh-server" >&2; exit 2; }

self=$(realpath "${BASH_SOURCE[0]}")
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cd "$work"

for type in rsa ecdsa ed25519; do ssh-keygen -q -t "$type" -N '' -f "host_$type"; done
ssh-keygen -q -t ed25519 -N '' -f client
cp client.pub authorized_keys
chmod 600 authorized_keys
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >sshd_config <<CONFIG
Port $port
ListenAddress 127.0.0.1
HostKey $work/host_rsa
HostKey $work/host_ecdsa
HostKey $work/host_ed25519
AuthorizedKeysFile $work/authorized_keys
StrictModes no
UsePAM no
PidFile none
Subsystem sftp internal-sftp
CONFIG
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
"$sshd" -D -e -f "$work/sshd_config" 2>sshd.log &
server=$!
for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 host_rsa.pub)" >known_hosts

ssh -F none -i client -p "$port" -o UserKnownHostsFile="$work/known_hosts" -o GlobalKnownHostsFile=none -o StrictHostKeyChecking=yes -o BatchMode=yes "$(id -un)@127.0.0.1" true
echo "ssh with known_hosts of RSA only: connected" | tee seen

cat >finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="SSH.NET" Version="[2026.0.0]" /></ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'PROGRAM'
using Renci.SshNet;
using Renci.SshNet.Common;

var known = Convert.FromBase64String(File.ReadAllText("known_hosts").Split(' ')[2].Trim());
Try("as it comes", _ => { });
Try("with RSA algorithms only", connection =>
{
    foreach (var other in connection.HostKeyAlgorithms.Keys.Where(name => !name.StartsWith("rsa-sha2", StringComparison.Ordinal)).ToList())
        connection.HostKeyAlgorithms.Remove(other);
});

void Try(string how, Action<ConnectionInfo> change)
{
    var connection = new ConnectionInfo("127.0.0.1", int.Parse(args[0]), args[1], new PrivateKeyAuthenticationMethod(args[1], new PrivateKeyFile("client")));
    change(connection);
    using var client = new SshClient(connection);
    var shown = "";
    client.HostKeyReceived += (_, key) =>
    {
        key.CanTrust = key.HostKey.AsSpan().SequenceEqual(known);
        shown = $"shown {key.HostKeyName}, which is {(key.CanTrust ? "" : "not ")}the known key";
    };
    try
    {
        client.Connect();
        Console.WriteLine($"SSH.NET {how}: {shown}: connected");
    }
    catch (SshConnectionException refused)
    {
        Console.WriteLine($"SSH.NET {how}: {shown}: {refused.GetType().Name}");
    }
}
PROGRAM
dotnet run -- "$port" "$(id -un)" | tee -a seen

sed -n 's/^#   //p' "$self" >expected
diff expected seen && echo "As stated above."
