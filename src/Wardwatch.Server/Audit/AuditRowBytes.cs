using System.Buffers.Binary;

namespace Wardwatch.Server.Audit;

/// <summary>A field as PostgreSQL sends it.</summary>
internal readonly ref struct AuditField(bool isThere, ReadOnlySpan<byte> bytes)
{
    /// <summary>False for NULL.</summary>
    public bool IsThere { get; } = isThere;

    /// <summary>Its bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}

/// <summary>
/// A row of the trail in the bytes in which PostgreSQL's binary COPY sends it, so that reading a million of them makes no object. Its fields point into the
/// reader's buffer and are good until the next row.
/// </summary>
/// <remarks>
/// <code>
/// fields (2) | each: length (4, -1 for NULL) | bytes
/// audit_no int8 | at: microseconds since 2000 | account_id: 16 | user_name | role | action | patients: an array of int4 | done: 1 | address | request_id | content | hash: 32
/// array: dimensions (4) | nulls (4) | element type (4) | [length (4) | lower bound (4)] | each: length (4) | value (4)
/// </code>
/// </remarks>
internal ref struct AuditRowBytes
{
    /// <summary>The columns in the order in which they are read here.</summary>
    public const string Columns = "audit_no, at, account_id, user_name, role, action, patients, done, address, request_id, content, hash";

    private const int Fields = 12;
    private const int End = -1;
    private const int ArrayHead = 12;
    private const int ArrayDimension = 8;
    private const long MicrosecondsFrom1970To2000 = 946_684_800_000_000;

    public long Number;
    public long At;
    public AuditField Account;
    public AuditField User;
    public AuditField Role;
    public AuditField Action;
    public bool Done;
    public AuditField Address;
    public AuditField Request;
    public AuditField Content;
    public ReadOnlySpan<byte> Hash;
    private ReadOnlySpan<byte> _patients;

    /// <summary>How many patients the row names.</summary>
    public readonly int PatientCount => _patients.Length / 8;

    /// <summary>One of them.</summary>
    public readonly int Patient(int index) => BinaryPrimitives.ReadInt32BigEndian(_patients[((index * 8) + 4)..]);

    /// <summary>Takes the next row from <paramref name="data"/>. False: it is not all there yet.</summary>
    /// <param name="data">What has come; moved behind the row.</param>
    /// <param name="ended">True if this was the mark of the end.</param>
    public bool TryRead(ref ReadOnlySpan<byte> data, out bool ended)
    {
        ended = false;
        var rest = data;
        if (rest.Length < 2)
        {
            return false;
        }

        var fields = BinaryPrimitives.ReadInt16BigEndian(rest);
        rest = rest[2..];
        if (fields == End)
        {
            data = rest;
            ended = true;
            return true;
        }

        if (fields != Fields)
        {
            throw new InvalidDataException($"A row of {fields} columns came instead of {Fields}.");
        }

        if (!TryField(ref rest, out var number) || !TryField(ref rest, out var at) || !TryField(ref rest, out Account) || !TryField(ref rest, out User)
            || !TryField(ref rest, out Role) || !TryField(ref rest, out Action) || !TryField(ref rest, out var patients) || !TryField(ref rest, out var done)
            || !TryField(ref rest, out Address) || !TryField(ref rest, out Request) || !TryField(ref rest, out Content) || !TryField(ref rest, out var hash))
        {
            return false;
        }

        Number = BinaryPrimitives.ReadInt64BigEndian(number.Bytes);
        At = BinaryPrimitives.ReadInt64BigEndian(at.Bytes) + MicrosecondsFrom1970To2000;
        Done = done.Bytes[0] != 0;
        Hash = hash.Bytes;
        _patients = BinaryPrimitives.ReadInt32BigEndian(patients.Bytes) == 0 ? [] : patients.Bytes[(ArrayHead + ArrayDimension)..];
        data = rest;
        return true;
    }

    private static bool TryField(scoped ref ReadOnlySpan<byte> data, out AuditField field)
    {
        field = default;
        if (data.Length < 4)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(data);
        if (length < 0)
        {
            data = data[4..];
            return true;
        }

        if (data.Length < 4 + length)
        {
            return false;
        }

        field = new(true, data.Slice(4, length));
        data = data[(4 + length)..];
        return true;
    }
}
