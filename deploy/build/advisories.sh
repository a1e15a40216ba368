#!/usr/bin/env bash
# deploy/claims advisories: looks all packages up in the advisories of the package sources. Ends with 0: none but what deploy/build/Advisories.props accepts; 1: there are, each named;
# 3: the sources gave no advisories, so nothing is known. Expects $repo, and common.sh.
# Another project than the solution, by its path, is for tests.

# NuGet passes in silence where a source has no advisories. So a package with one, known since 2022, is looked up first.
sources_know_advisories() {
  local folder=$1/artifacts/advisories
  mkdir -p "$folder"
  cat >"$folder/Known.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <NuGetAudit>true</NuGetAudit>
    <NuGetAuditMode>all</NuGetAuditMode>
    <NuGetAuditLevel>low</NuGetAuditLevel>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Newtonsoft.Json" Version="[12.0.3]" />
  </ItemGroup>
</Project>
PROJECT
  dotnet restore "$folder/Known.csproj" --force -v m -nologo -p:ImportDirectoryBuildProps=false -p:ImportDirectoryPackagesProps=false >"$folder/known.log" 2>&1 \
    || { cat "$folder/known.log" >&2; return 1; }
  grep -q 'NU190[1-4].*Newtonsoft.Json' "$folder/known.log"
}

check_advisories() {
  local target=${1:-$repo/ClaimsTransfer.sln} folder
  if [ "$target" = --help ]; then
    say "Use: deploy/claims advisories     looks all packages up; 0: none but those accepted, 1: there are, 3: the package sources know of none"
    return 0
  fi
  folder=$(dirname "$target")
  need_dotnet
  if ! sources_know_advisories "$folder"; then
    say "The package sources gave no advisories: nothing is known of any package, neither good nor bad."
    say "Run this where nuget.org answers, or name a source that has them in NuGet.config under <auditSources>."
    return 3
  fi
  if dotnet restore "$target" --force -v m -nologo -p:Advisories=checked >"$folder/artifacts/advisories/all.log" 2>&1; then
    echo "No advisory but those accepted in deploy/build/Advisories.props: $(accepted | wc -l)."
    accepted
    echo "Not looked up: dkfds, from npm, of which only styles, fonts and icons are taken."
    return 0
  fi
  grep -oE 'NU190[1-5]: .*' "$folder/artifacts/advisories/all.log" | sed 's/ \[.*\]$//' | LC_ALL=C sort -u
  grep -qE 'NU190[1-5]: ' "$folder/artifacts/advisories/all.log" || cat "$folder/artifacts/advisories/all.log" >&2
  return 1
}

# Each as it stands, without the example in the comment.
accepted() { sed '/<!--/,/-->/d' "$repo/deploy/build/Advisories.props" | grep -o '<NuGetAuditSuppress [^>]*' || true; }
