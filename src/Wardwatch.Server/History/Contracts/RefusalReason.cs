namespace Wardwatch.Server.History.Contracts;

/// <summary>Why a message could not be believed. Stored with the dead letter, counted, and mapped by the gateway to an MQTT reason code.</summary>
public enum RefusalReason : byte
{
    /// <summary>It was believed.</summary>
    None,

    /// <summary>The envelope names a key that the device does not have (or no longer has).</summary>
    UnknownKey,

    /// <summary>The authentication tag is wrong: changed bytes, another topic, or another key.</summary>
    WrongTag,

    /// <summary>Too short, an unknown version, or otherwise not an envelope.</summary>
    UnreadableEnvelope,

    /// <summary>A kind of message that this installation does not take.</summary>
    UnsupportedKind,

    /// <summary>The decrypted payload is not a vitals payload.</summary>
    UnreadablePayload,

    /// <summary>Measured too far in the future or the past.</summary>
    TimeOutOfRange,

    /// <summary>The device was bound to nobody when it measured.</summary>
    NoBinding,

    /// <summary>The same boot and counter came with other bytes: the nonce was used twice and the key is to be replaced.</summary>
    NonceReused,

    /// <summary>The database refused this one row.</summary>
    NotStorable,

    /// <summary>A defect of the server: the log says where.</summary>
    ProcessingFailed,

    /// <summary>Published on a topic that is not the device's: refused before it was read, and not kept.</summary>
    NotPermitted,
}

/// <summary>Stable names of <see cref="RefusalReason"/> for the database, metrics and the screen.</summary>
public static class RefusalReasons
{
    private static readonly string[] Names =
        ["none", "unknown-key", "wrong-tag", "unreadable-envelope", "unsupported-kind", "unreadable-payload", "time-out-of-range", "no-binding", "nonce-reused", "not-storable", "processing-failed", "not-permitted"];

    /// <summary>The stable name, such as <c>wrong-tag</c>.</summary>
    public static string Name(this RefusalReason reason) => Names[(int)reason];
}
