using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Defaults.Sealing;

/// <summary>Replaces identities by sealed ones. Ingest alone has it.</summary>
public interface ISealer
{
    /// <summary>Seals number and name with the municipality's current key. The ref is the same for the same number, whatever the key.</summary>
    SealedIdentity Seal(string municipality, OpenIdentity identity);

    /// <summary>The ref alone: whose claims are asked for by it.</summary>
    string Ref(OpenIdentity identity);

    /// <summary>Keyed hash of a message's content, to recognise it again without keeping it: equal for equal bytes, 64 hex digits.</summary>
    string Fingerprint(ReadOnlySpan<byte> content);
}

/// <summary>Opens identities of the municipalities it was given keys for, no others.</summary>
public interface IUnsealer
{
    OpenIdentity Open(string municipality, SealedIdentity identity);
}

/// <summary>The municipality is not, or not any more, one whose identities this service may open. Nothing is wrong with the identity.</summary>
public sealed class NotServedException(string municipality)
    : Messaging.PermanentException($"This service does not open identities of municipality {municipality}.");

/// <summary>
/// The key was not issued to this process yet, or was taken back: nothing is wrong with the identity, and nothing is lost. Whoever waits for it looks again; it comes with the next
/// <c>claims keys issue</c>.
/// </summary>
public class KeyNotHereException : Exception
{
    public KeyNotHereException(string keyId, string folder)
        : this(keyId, $"There is no key {keyId} in {folder} yet. Issue it: claims keys issue --vendor VENDOR --to DIR. (Or is this the key folder of another installation?)", null)
    {
    }

    private protected KeyNotHereException(string keyId, string text, Exception? inner) : base(text, inner) => KeyId = keyId;

    public string KeyId { get; }
}

/// <summary>
/// The folder is not the one it was, or not readable with this master key: not mounted, another installation's, restored from before a rotation. Nothing is sealed, opened or
/// called erased by it; everything waits until the right one is there.
/// </summary>
public sealed class WrongKeyFolderException(string keyId, string why, Exception? inner = null) : KeyNotHereException(keyId, why, inner);

/// <summary>The key was destroyed on purpose: what it sealed is erased for good.</summary>
public sealed class KeyDestroyedException(string keyId) : Messaging.PermanentException($"Key {keyId} was destroyed: what it sealed is erased.");

/// <summary>A number in the clear. Never logged: its text form is masked.</summary>
/// <param name="Number">CPR (10 digits) or CVR (8 digits).</param>
public sealed record OpenIdentity(IdentityKind Kind, string Number, string? Name)
{
    public override string ToString() => $"{Kind} ******";
}
