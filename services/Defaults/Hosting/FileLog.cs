using System.Diagnostics;
using System.Text.Json;
using ClaimsTransfer.Defaults.Telemetry;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// The log as JSON lines in a file, five files of 20 MB kept: for where nobody collects the console. Whether it can be written is seen at the start; where it cannot be later,
/// as on a full disk, its lines are lost and counted, and nobody who logs fails.
/// </summary>
public sealed class FileLog : ILoggerProvider
{
    private const long MaxBytes = 20 * 1024 * 1024;
    private const int FilesKept = 5;
    private readonly string path;
    private readonly TimeProvider time;
    private readonly Lock _gate = new();
    private FileStream? _stream;
    private long _lost;
    private bool _torn;

    public FileLog(string path, TimeProvider time)
    {
        (this.path, this.time) = (path, time);
        _stream = Open();
    }

    public ILogger CreateLogger(string categoryName) => new CategoryLog(categoryName, this);

    public void Dispose()
    {
        lock (_gate)
            Close();
    }

    private void Write(LogLevel level, int id, string category, string message, Exception? exception)
    {
        var line = Line(level, id, category, message, exception);
        lock (_gate)
        {
            try
            {
                if (_stream is { Length: > MaxBytes })
                    Roll();
                _stream ??= Open();
                if (_torn)
                    _stream.WriteByte((byte)'\n');
                _torn = false;
                if (_lost > 0)
                    _stream.Write(Line(LogLevel.Error, 0, typeof(FileLog).FullName!, $"{_lost} lines could not be written here and are lost", null));
                _lost = 0;
                _stream.Write(line);
            }
            catch (Exception full) when (full is IOException or UnauthorizedAccessException)
            {
                _lost++;
                ClaimMetrics.TelemetryLost("log");
                // A part of a line may have found room.
                _torn |= _stream is not null && _stream.Length > _stream.Position;
                Close();
            }
        }
    }

    /// <summary>Without a buffer: what could not be written is not written later, when it is closed.</summary>
    private FileStream Open()
    {
        OwnersAlone.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return OwnersAlone.Open(path, FileMode.Append, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    private void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }

    private void Roll()
    {
        Close();
        for (var n = FilesKept - 1; n >= 1; n--)
        {
            var from = n == 1 ? path : $"{path}.{n - 1}";
            if (File.Exists(from))
                File.Move(from, $"{path}.{n}", overwrite: true);
        }
    }

    private byte[] Line(LogLevel level, int id, string category, string message, Exception? exception)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow());
            json.WriteString("level", level.ToString());
            json.WriteNumber("event", id);
            json.WriteString("category", category);
            json.WriteString("message", message);
            if (Activity.Current is { } activity)
                json.WriteString("trace", activity.TraceId.ToHexString());
            if (exception is not null)
                json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private sealed class CategoryLog(string category, FileLog file) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            file.Write(logLevel, eventId.Id, category, formatter(state, exception), exception);
    }
}
