using System.Security.Cryptography;
using Npgsql;

namespace ClaimsTransfer.LocalServers;

/// <summary>How a local PostgreSQL runs. What is promised to survive a power cut does so only with <paramref name="Fsync"/>; tests go without.</summary>
public sealed record LocalPostgresOptions(bool Fsync = true, int MaxConnections = 300)
{
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>More of its settings, <c>name=value</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];
}

/// <summary>
/// PostgreSQL as a child of this process: Debian's binaries, data in a folder of ours, a free port on the loopback address, a password of its own. Started
/// again on the same folder it goes on with the same data.
/// </summary>
public sealed class LocalPostgres : IAsyncDisposable
{
    private const string User = "claims";
    private readonly ChildProcess _process;

    private LocalPostgres(ChildProcess process, int port, string password)
    {
        _process = process;
        Url = UrlOf(port, password, User);
    }

    /// <summary><c>postgres://claims:…@127.0.0.1:PORT/claims</c>.</summary>
    public string Url { get; }

    public int ProcessId => _process.Id;

    /// <summary>Completes when PostgreSQL has ended, for whatever reason.</summary>
    public Task Ended => _process.Ended;

    /// <summary>Prepares the folder, and says what would keep PostgreSQL from starting in it.</summary>
    /// <exception cref="InvalidOperationException">Something would; the message says what mends it.</exception>
    public static async Task CheckAsync(string folder, CancellationToken cancellation = default)
    {
        var (data, secret) = (DataIn(folder), SecretIn(folder));
        PostgresBinaries.For(data);
        await ServerFolder.PrepareAsync(Path.GetFullPath(folder), "PostgreSQL", Account, cancellation);
        if (WasMade(data) && !File.Exists(secret))
            throw new InvalidOperationException($"{secret} is missing, and with it the way into {data}. Put it back, or take another data folder.");
    }

    public static async Task<LocalPostgres> StartAsync(string folder, LocalPostgresOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new LocalPostgresOptions();
        folder = Path.GetFullPath(folder);
        await CheckAsync(folder, cancellation);
        var data = DataIn(folder);
        var account = Account;
        var binaries = PostgresBinaries.For(data);
        var password = await PrepareAsync(folder, data, binaries, account, options, cancellation);
        await StopLeftoverAsync(data, cancellation);
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePorts.Take(1)[0];
            var process = ChildProcess.Start(account.Command(Path.Combine(binaries, "postgres"), Arguments(data, port, options)), Path.Combine(folder, "postgres.log"));
            try
            {
                await ReadyAsync(process, port, password, options, cancellation);
                return new LocalPostgres(process, port, password);
            }
            catch (Exception failure) when (failure is InvalidOperationException && attempt < 3 && process.HasSaid("Address already in use"))
            {
                await process.DisposeAsync();
            }
            catch
            {
                await process.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>A fast shutdown: clients are cut off, what was committed is on disk.</summary>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static Account Account => Account.ForServer("postgres", "postgresql");

    private static string DataIn(string folder) => Path.Combine(Path.GetFullPath(folder), "data");

    private static string SecretIn(string folder) => Path.Combine(Path.GetFullPath(folder), "password");

    private static bool WasMade(string data) => File.Exists(Path.Combine(data, "PG_VERSION"));

    private static string UrlOf(int port, string password, string database) => $"postgres://{User}:{password}@127.0.0.1:{port}/{database}";

    private static string[] Arguments(string data, int port, LocalPostgresOptions options) =>
    [
        "-D", data,
        .. new[]
        {
            "listen_addresses=127.0.0.1", $"port={port}", "unix_socket_directories=", $"max_connections={options.MaxConnections}",
            $"fsync={(options.Fsync ? "on" : "off")}", $"full_page_writes={(options.Fsync ? "on" : "off")}",
            "shared_buffers=256MB", "max_wal_size=2GB", "checkpoint_timeout=15min", "log_min_messages=warning", "logging_collector=off", "jit=off",
        }.Concat(options.Settings).SelectMany(setting => new[] { "-c", setting }),
    ];

    private static async Task<string> PrepareAsync(string folder, string data, string binaries, Account account, LocalPostgresOptions options, CancellationToken cancellation)
    {
        var secret = SecretIn(folder);
        if (WasMade(data))
        {
            OwnerOnly.Keep(data);
            OwnerOnly.Keep(secret);
            return (await File.ReadAllTextAsync(secret, cancellation)).Trim();
        }

        // A first start that was cut off left half a cluster; there is nothing in it yet.
        if (Directory.Exists(data))
            Directory.Delete(data, recursive: true);

        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await OwnerOnly.WriteAsync(secret, password + "\n", cancellation);
        await account.TakeOverAsync(folder, cancellation);
        // Made beside its place and moved there whole, so that a cut-off first start is seen as such.
        var draft = Path.Combine(folder, "data.new");
        if (Directory.Exists(draft))
            Directory.Delete(draft, recursive: true);
        await ChildProcess.RunAsync(
            account.Command(Path.Combine(binaries, "initdb"), ["-D", draft, "-U", User, "-A", "scram-sha-256", $"--pwfile={secret}", "-E", "UTF8", "--locale=C", .. options.Fsync ? (string[])[] : ["--no-sync"]]), cancellation);
        Directory.Move(draft, data);
        return password;
    }

    /// <summary>A parent that was killed may leave its server shutting down, or running; two on one folder would be its end.</summary>
    private static async Task StopLeftoverAsync(string data, CancellationToken cancellation)
    {
        var lockFile = Path.Combine(data, "postmaster.pid");
        if (!File.Exists(lockFile))
            return;
        var lines = await File.ReadAllLinesAsync(lockFile, cancellation);
        if (lines is not [var first, ..] || !int.TryParse(first, out var id))
            return;
        await ChildProcess.InterruptAsync(id, data, cancellation);
        // Killed, it leaves its file; when another server has its number by now, PostgreSQL takes that one for itself and refuses to start.
        if (File.Exists($"/proc/{id}/stat"))
            File.Delete(lockFile);
    }

    private static async Task ReadyAsync(ChildProcess process, int port, string password, LocalPostgresOptions options, CancellationToken cancellation)
    {
        var deadline = TimeProvider.System.GetUtcNow() + options.StartTimeout;
        var settings = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = User, Password = password, Database = "postgres", Pooling = false, Timeout = 5 };
        while (true)
        {
            if (process.Ended.IsCompleted)
                throw new InvalidOperationException($"PostgreSQL ended while it was starting: {process.Cause} (all that it said is in {process.Log})");
            try
            {
                await using var connection = new NpgsqlConnection(settings.ConnectionString);
                await connection.OpenAsync(cancellation);
                await using var exists = new NpgsqlCommand($"SELECT 1 FROM pg_database WHERE datname = '{User}'", connection);
                if (await exists.ExecuteScalarAsync(cancellation) is null)
                {
                    await using var create = new NpgsqlCommand($"CREATE DATABASE {User}", connection);
                    await create.ExecuteNonQueryAsync(cancellation);
                }

                return;
            }
            catch (NpgsqlException notYet) when (notYet is not PostgresException { SqlState: not "57P03" } && TimeProvider.System.GetUtcNow() < deadline)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
            }
            catch (NpgsqlException refusal)
            {
                throw new InvalidOperationException($"PostgreSQL was started and cannot be used: {refusal.Message} (all that it said is in {process.Log})", refusal);
            }
        }
    }
}

/// <summary>Where PostgreSQL's programs are: the newest, or for an existing data folder the version that made it.</summary>
internal static class PostgresBinaries
{
    private static readonly string[] Roots = ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/postgresql"];

    public static string For(string data)
    {
        var found = Roots.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories)
            .Select(folder => (Version: Path.GetFileName(folder), Path: Path.Combine(folder, "bin")))
            .Where(v => File.Exists(Path.Combine(v.Path, "postgres")) && File.Exists(Path.Combine(v.Path, "initdb")))
            .OrderByDescending(v => double.TryParse(v.Version, out var number) ? number : 0)
            .ToArray();
        if (found.Length == 0)
            throw new InvalidOperationException("PostgreSQL is not installed (looked in /usr/lib/postgresql). On Debian: apt-get install postgresql. Or give the address of a server: postgres://user:password@host:5432/claims.");
        var made = Path.Combine(data, "PG_VERSION");
        if (!File.Exists(made))
            return found[0].Path;
        var version = File.ReadAllText(made).Trim();
        return found.FirstOrDefault(v => v.Version == version).Path
            ?? throw new InvalidOperationException($"{data} was made by PostgreSQL {version}, which is not installed; found {string.Join(", ", found.Select(v => v.Version))}. On Debian: apt-get install postgresql-{version}.");
    }
}
