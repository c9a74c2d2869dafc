using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Wardwatch.Server.Audit;

/// <summary>A row of the trail as it is hashed and stored.</summary>
internal readonly record struct AuditRow
{
    public required int TenantId { get; init; }

    /// <summary>Counts from 1 without a gap.</summary>
    public required long Number { get; init; }

    /// <summary>Microseconds since the Unix epoch, as the database keeps them.</summary>
    public required long At { get; init; }

    public Guid? AccountId { get; init; }

    public string? User { get; init; }

    public string? Role { get; init; }

    public required string Action { get; init; }

    public required int[] Patients { get; init; }

    public required bool Done { get; init; }

    public byte[]? Address { get; init; }

    public string? RequestId { get; init; }

    /// <summary>Purpose and detail, sealed.</summary>
    public byte[]? Content { get; init; }
}

/// <summary>
/// The hash of a row: SHA-256 over the hash of the row before it and every field, each with its length, so that no two rows have the same bytes.
/// </summary>
/// <remarks>
/// <code>
/// previous hash (32) | version 1 (1) | tenant (4) | number (8) | at (8) | account (1 + 16) | user | role | action | patients: count (4), each (4) | done (1) | address | request | content
/// </code>
/// Numbers are big-endian; a text or bytes is its length (4, -1 if there is none) and its bytes (UTF-8).
/// </remarks>
internal sealed class AuditHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Bytes = SHA256.HashSizeInBytes;

    private const byte Version = 1;
    private byte[] _buffer = new byte[1024];

    /// <summary>The hash before the first row.</summary>
    public static byte[] Start { get; } = new byte[Bytes];

    /// <summary>Hashes a row. <paramref name="hash"/> holds the hash before it, and then its own.</summary>
    public void Next(in AuditRow row, Span<byte> hash)
    {
        var needed = Bytes + 64 + Most(row.User) + Most(row.Role) + Most(row.Action) + Most(row.RequestId) + (row.Patients.Length * 4) + (row.Address?.Length ?? 0) + (row.Content?.Length ?? 0);
        if (_buffer.Length < needed)
        {
            _buffer = new byte[needed * 2];
        }

        var writer = new Writer(_buffer);
        writer.Raw(hash);
        writer.Byte(Version);
        writer.Int(row.TenantId);
        writer.Long(row.Number);
        writer.Long(row.At);
        writer.Account(row.AccountId);
        writer.Text(row.User);
        writer.Text(row.Role);
        writer.Text(row.Action);
        writer.Int(row.Patients.Length);
        foreach (var patient in row.Patients)
        {
            writer.Int(patient);
        }

        writer.Byte(row.Done ? (byte)1 : (byte)0);
        writer.Blob(row.Address);
        writer.Text(row.RequestId);
        writer.Blob(row.Content);
        SHA256.HashData(_buffer.AsSpan(0, writer.Length), hash);
    }

    /// <summary>Hashes a row as the database sends it: the same hash as of the row that was written.</summary>
    /// <param name="tenantId">The hospital.</param>
    /// <param name="row">The row.</param>
    /// <param name="hash">Holds the hash before it, and then its own.</param>
    public void Next(int tenantId, in AuditRowBytes row, Span<byte> hash)
    {
        var needed = Bytes + 128 + row.User.Bytes.Length + row.Role.Bytes.Length + row.Action.Bytes.Length + row.Request.Bytes.Length + (row.PatientCount * 4)
            + row.Address.Bytes.Length + row.Content.Bytes.Length;
        if (_buffer.Length < needed)
        {
            _buffer = new byte[needed * 2];
        }

        var writer = new Writer(_buffer);
        writer.Raw(hash);
        writer.Byte(Version);
        writer.Int(tenantId);
        writer.Long(row.Number);
        writer.Long(row.At);
        writer.Byte(row.Account.IsThere ? (byte)1 : (byte)0);
        writer.Raw(row.Account.IsThere ? row.Account.Bytes : NoAccount);
        writer.Field(row.User);
        writer.Field(row.Role);
        writer.Field(row.Action);
        writer.Int(row.PatientCount);
        for (var i = 0; i < row.PatientCount; i++)
        {
            writer.Int(row.Patient(i));
        }

        writer.Byte(row.Done ? (byte)1 : (byte)0);
        writer.Field(row.Address);
        writer.Field(row.Request);
        writer.Field(row.Content);
        SHA256.HashData(_buffer.AsSpan(0, writer.Length), hash);
    }

    private static ReadOnlySpan<byte> NoAccount => new byte[16];

    private static int Most(string? text) => 4 + ((text?.Length ?? 0) * 3);

    private ref struct Writer(Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;

        public int Length { get; private set; }

        public void Raw(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_buffer[Length..]);
            Length += bytes.Length;
        }

        public void Byte(byte value) => _buffer[Length++] = value;

        public void Int(int value)
        {
            BinaryPrimitives.WriteInt32BigEndian(_buffer[Length..], value);
            Length += 4;
        }

        public void Long(long value)
        {
            BinaryPrimitives.WriteInt64BigEndian(_buffer[Length..], value);
            Length += 8;
        }

        public void Account(Guid? account)
        {
            Byte(account is null ? (byte)0 : (byte)1);
            account.GetValueOrDefault().TryWriteBytes(_buffer[Length..], bigEndian: true, out var written);
            Length += written;
        }

        public void Blob(byte[]? bytes)
        {
            Int(bytes?.Length ?? -1);
            Raw(bytes);
        }

        public void Field(AuditField field)
        {
            Int(field.IsThere ? field.Bytes.Length : -1);
            Raw(field.Bytes);
        }

        public void Text(string? text)
        {
            if (text is null)
            {
                Int(-1);
                return;
            }

            var length = Encoding.UTF8.GetBytes(text, _buffer[(Length + 4)..]);
            Int(length);
            Length += length;
        }
    }
}
