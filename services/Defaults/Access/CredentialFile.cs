using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Sealing;

namespace ClaimsTransfer.Defaults.Access;

/// <summary>A file of credentials cannot be used; the message says why, and nothing of what stands in it.</summary>
public sealed class CredentialsException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>One file of credentials: of its owner alone, and read again when it has changed.</summary>
internal sealed class CredentialFile<T>(string path, JsonTypeInfo<T> type)
    where T : class, new()
{
    private readonly Lock _turn = new();
    private (DateTime Written, long Length, T Content)? _read;

    /// <summary>Empty where there is no file.</summary>
    /// <exception cref="CredentialsException">It cannot be used.</exception>
    public T Current
    {
        get
        {
            lock (_turn)
                return Read();
        }
    }

    public void Change(Action<T> change)
    {
        lock (_turn)
        {
            var content = Parse(JsonSerializer.SerializeToUtf8Bytes(Read(), type));
            change(content);
            SecretFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(content, type));
        }
    }

    private T Read()
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                return new T();
            if (_read is { } read && read.Written == file.LastWriteTimeUtc && read.Length == file.Length)
                return read.Content;
            if (OwnersAlone.IsOpen(path))
                throw new CredentialsException($"Others than its owner may read or write {path}, which holds credentials: chmod 600 it.");
            var content = Parse(File.ReadAllBytes(path));
            _read = (file.LastWriteTimeUtc, file.Length, content);
            return content;
        }
        catch (JsonException wrong)
        {
            throw new CredentialsException($"{path} holds credentials and cannot be read from line {wrong.LineNumber + 1} on; deploy/SETTINGS.md shows what stands in it.");
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            throw new CredentialsException($"{path} holds credentials and cannot be read ({unread.GetType().Name}).", unread);
        }
    }

    private T Parse(byte[] json) => JsonSerializer.Deserialize(json, type) ?? new T();
}
