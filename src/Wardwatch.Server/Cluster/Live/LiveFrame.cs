using System.Buffers;
using System.Security.Cryptography;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cluster.Live;

/// <summary>What a live message is.</summary>
internal enum LiveFrameKind : byte
{
    /// <summary>States of patients.</summary>
    States = 1,

    /// <summary>The monitor is there; whether it stores readings.</summary>
    Beat = 2,

    /// <summary>Devices of a gateway.</summary>
    Devices = 3,

    /// <summary>Somebody wants to know how everybody is.</summary>
    Ask = 4,
}

/// <summary>
/// A message between processes about one hospital, sealed under the hospital's key: who keeps or reads the broker sees neither a value nor which device is connected, and
/// can make none of these up.
/// <code>
/// | 'W' 'L' | version: 1 | kind: 1 | node: text | instance: 16 | number: 8 | sent: 8 | hospital: 4 | nonce: 12 | content | tag: 16 |
/// |                             bound to the content                                                |
/// </code>
/// Numbers count up by one within an instance, a hospital and a sender, so that a reader sees what it has missed, and what comes again.
/// </summary>
internal sealed record LiveFrame(LiveFrameKind Kind, string Node, Guid Instance, long Number, long SentAt, int TenantId, byte[] Content)
{
    private const byte Version = 1;
    private const int InstanceBytes = 16;

    /// <summary>Seals it.</summary>
    /// <exception cref="KeyNotFoundException">There is no such hospital here.</exception>
    public byte[] Seal(IKeyring keyring)
    {
        var head = new ArrayBufferWriter<byte>(128);
        head.Write("WL"u8);
        head.U8(Version);
        head.U8((byte)Kind);
        head.Text(Node);
        Instance.TryWriteBytes(head.GetSpan(InstanceBytes), bigEndian: true, out _);
        head.Advance(InstanceBytes);
        head.I64(Number);
        head.I64(SentAt);
        head.I32(TenantId);
        var message = new byte[head.WrittenCount + Content.Length + DataKey.Overhead];
        head.WrittenSpan.CopyTo(message);
        keyring.Tenant(TenantId).Seal(head.WrittenSpan, Content, message.AsSpan(head.WrittenCount));
        return message;
    }

    /// <summary>Opens one; null if it is none, was changed, or its hospital's key is not here.</summary>
    public static LiveFrame? TryOpen(ReadOnlySpan<byte> message, IKeyring keyring)
    {
        var reader = new LiveBytes.Reader(message);
        if (!reader.Take(2).SequenceEqual("WL"u8) || reader.U8() != Version)
        {
            return null;
        }

        var kind = (LiveFrameKind)reader.UpTo((byte)LiveFrameKind.Ask);
        var node = reader.Text();
        var instance = reader.Take(InstanceBytes);
        var (number, sentAt, tenant) = (reader.I64(), reader.I64(), reader.I32());
        if (reader.Failed || node is null || !Enum.IsDefined(kind))
        {
            return null;
        }

        var content = reader.Rest;
        var plain = new byte[Math.Max(0, content.Length - DataKey.Overhead)];
        try
        {
            return content.Length >= DataKey.Overhead && keyring.Tenant(tenant).TryOpen(message[..^content.Length], content, plain, out _)
                ? new LiveFrame(kind, node, new Guid(instance, bigEndian: true), number, sentAt, tenant, plain)
                : null;
        }
        catch (Exception unknown) when (unknown is KeyNotFoundException or CryptographicException)
        {
            return null;
        }
    }
}
