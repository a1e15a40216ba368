using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>The log as JSON lines in a file, five files of 20 MB kept: for where nobody collects the console.</summary>
public sealed class FileLog(string path, TimeProvider time) : ILoggerProvider
{
    private const long MaxBytes = 20 * 1024 * 1024;
    private const int FilesKept = 5;
    private readonly Lock _gate = new();
    private FileStream? _stream;

    public ILogger CreateLogger(string categoryName) => new CategoryLog(categoryName, this);

    public void Dispose()
    {
        lock (_gate)
        {
            _stream?.Dispose();
            _stream = null;
        }
    }

    private void Write(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (_stream is { Length: > MaxBytes })
                Roll();
            _stream ??= Open();
            _stream.Write(line);
            _stream.WriteByte((byte)'\n');
            _stream.Flush();
        }
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }

    private void Roll()
    {
        _stream!.Dispose();
        _stream = null;
        for (var n = FilesKept - 1; n >= 1; n--)
        {
            var from = n == 1 ? path : $"{path}.{n - 1}";
            if (File.Exists(from))
                File.Move(from, $"{path}.{n}", overwrite: true);
        }
    }

    private sealed class CategoryLog(string category, FileLog file) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                json.WriteString("time", file.Now);
                json.WriteString("level", logLevel.ToString());
                json.WriteNumber("event", eventId.Id);
                json.WriteString("category", category);
                json.WriteString("message", formatter(state, exception));
                if (Activity.Current is { } activity)
                    json.WriteString("trace", activity.TraceId.ToHexString());
                if (exception is not null)
                    json.WriteString("exception", exception.ToString());
                json.WriteEndObject();
            }
            file.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();
}
