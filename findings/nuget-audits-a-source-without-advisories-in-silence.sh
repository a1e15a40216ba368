#!/usr/bin/env bash
# NuGet of the .NET 10 SDK: on a package source that has no advisories, the check for vulnerable packages passes, and neither restore nor `dotnet list package --vulnerable` says that nothing was looked at.
#
# A project takes Newtonsoft.Json 12.0.3, for which there is a public advisory (GHSA-5crp-9r3c-p9vr). Its only package source is a folder, as an organisation's mirror may be one that keeps packages alone. One would
# expect the audit of all packages, its warnings made errors, to fail, or at least to say that no source could be asked. Restore ends with 0 and without a warning, and the list says in so many words that the
# project has no vulnerable packages given the sources. Only a source that is named as an audit source complains (NU1905) when it has none. A pipeline that trusts either command has to ask its sources first whether
# they know any advisory.
#
# Output seen:
#   restore with the audit's warnings as errors: exit code 0, warnings none
#   list: exit code 0, has no vulnerable packages: yes
#   the same source named as an audit source: NU1905 yes
set -euo pipefail
command -v dotnet >/dev/null || { echo "needs dotnet" >&2; exit 2; }
self=$(realpath "${BASH_SOURCE[0]}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NUGET_PACKAGES="$work/packages"

# The package itself, from wherever this machine has its packages, into a folder that is nothing but a folder.
mkdir -p "$work/fetch" "$work/mirror" "$work/application"
cat >"$work/fetch/fetch.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference Include="Newtonsoft.Json" Version="[12.0.3]" /></ItemGroup>
</Project>
PROJECT
dotnet restore "$work/fetch" -v q >/dev/null
cp "$work"/packages/newtonsoft.json/12.0.3/*.nupkg "$work/mirror/"
rm -rf "$work/packages"

cd "$work/application"
cat >application.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <NuGetAudit>true</NuGetAudit><NuGetAuditMode>all</NuGetAuditMode><NuGetAuditLevel>low</NuGetAuditLevel>
    <TreatWarningsAsErrors>$(Strict)</TreatWarningsAsErrors>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="Newtonsoft.Json" Version="[12.0.3]" /></ItemGroup>
</Project>
PROJECT
config() {
  printf '<configuration><packageSources><clear /><add key="mirror" value="%s" /></packageSources>%s</configuration>\n' "$work/mirror" "$1" >nuget.config
}
config '<auditSources><clear /></auditSources>'
code=0
dotnet restore -p:Strict=true >restore.log 2>&1 || code=$?
echo "restore with the audit's warnings as errors: exit code $code, warnings $(grep -oE 'NU[0-9]{4}' restore.log | sort -u | paste -sd, | grep . || echo none)" | tee -a "$work/seen"
code=0
dotnet list package --vulnerable --include-transitive >list.log 2>&1 || code=$?
echo "list: exit code $code, has no vulnerable packages: $(grep -q 'has no vulnerable packages' list.log && echo yes || echo no)" | tee -a "$work/seen"
config "<auditSources><clear /><add key=\"mirror\" value=\"$work/mirror\" /></auditSources>"
dotnet restore --force -p:Strict=false >audit.log 2>&1 || true
echo "the same source named as an audit source: NU1905 $(grep -q NU1905 audit.log && echo yes || echo no)" | tee -a "$work/seen"

sed -n 's/^#   //p' "$self" >"$work/expected"
diff "$work/expected" "$work/seen" && echo "As stated above."
