using System.Text.Json;

namespace Wardwatch.Devices.Payloads;

/// <summary>A member of a vitals payload that was not understood, as spans of the payload.</summary>
public readonly ref struct UnmappedMember
{
    internal UnmappedMember(VitalKind? parent, ReadOnlySpan<byte> quotedName, ReadOnlySpan<byte> value)
    {
        Parent = parent;
        QuotedName = quotedName;
        Value = value;
    }

    /// <summary>The vital sign in whose object it stands, or null at the top.</summary>
    public VitalKind? Parent { get; }

    /// <summary>The name as it was sent: JSON, with its quotes and escapes.</summary>
    public ReadOnlySpan<byte> QuotedName { get; }

    /// <summary>The value as it was sent: any JSON.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Copies the name without quotes and escapes, and answers its length, which is never more than <see cref="QuotedName"/>'s.</summary>
    public int CopyName(Span<byte> destination)
    {
        var reader = new Utf8JsonReader(QuotedName);
        reader.Read();
        try
        {
            return reader.CopyString(destination);
        }
        catch (InvalidOperationException) // half a surrogate pair has no UTF-8: such a name stands as it was sent
        {
            reader.ValueSpan.CopyTo(destination);
            return reader.ValueSpan.Length;
        }
    }
}

/// <summary>
/// Enumerates the members of a payload that <see cref="VitalsReader"/> accepted but did not understand, so that they can be kept:
/// <c>foreach (var member in new UnmappedMembers(json))</c>. Reads the payload again; ask only where <see cref="VitalsPayload.UnmappedCount"/> is not 0.
/// </summary>
public ref struct UnmappedMembers
{
    private readonly ReadOnlySpan<byte> json;
    private Utf8JsonReader reader;
    private VitalKind? parent;
    private UnmappedMember current;

    public UnmappedMembers(ReadOnlySpan<byte> json)
    {
        this.json = json;
        reader = new Utf8JsonReader(json);
    }

    public readonly UnmappedMember Current => current;

    public readonly UnmappedMembers GetEnumerator() => this;

    /// <exception cref="JsonException">The payload was not accepted before.</exception>
    public bool MoveNext()
    {
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject) parent = null;
            if (reader.TokenType != JsonTokenType.PropertyName) continue;

            var nameStart = (int)reader.TokenStartIndex;
            var nameEnd = nameStart + reader.ValueSpan.Length + 2;
            var known = IsKnown(out var kind);
            reader.Read();
            if (known && kind is not null && reader.TokenType == JsonTokenType.StartObject)
            {
                parent = kind;
                continue;
            }

            var valueStart = (int)reader.TokenStartIndex;
            reader.Skip();
            if (known) continue;
            current = new UnmappedMember(parent, json[nameStart..nameEnd], json[valueStart..(int)reader.BytesConsumed]);
            return true;
        }

        return false;
    }

    private bool IsKnown(out VitalKind? kind)
    {
        kind = null;
        if (reader.ValueTextEquals("t"u8)) return true;
        if (parent is not null) return reader.ValueTextEquals("v"u8);
        for (var i = 0; i < Vitals.Count; i++)
        {
            if (!reader.ValueTextEquals(Vitals.WireName((VitalKind)i))) continue;
            kind = (VitalKind)i;
            return true;
        }

        return false;
    }
}
