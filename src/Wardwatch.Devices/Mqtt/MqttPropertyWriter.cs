namespace Wardwatch.Devices.Mqtt;

/// <summary>
/// Puts properties together in a buffer of the caller's, which must live as long as <see cref="Properties"/> is used. Types and sizes are
/// checked here; whether a property belongs in a packet is for the caller to know.
/// </summary>
public ref struct MqttPropertyWriter(Span<byte> buffer)
{
    private readonly Span<byte> buffer = buffer;
    private int length;

    /// <summary>What has been added so far.</summary>
    public readonly MqttProperties Properties => new(buffer[..length]);

    /// <summary>Adds a number or flag.</summary>
    /// <exception cref="ArgumentException">The property is no number, the value does not fit it, or the buffer is full.</exception>
    public void Add(MqttProperty id, uint value)
    {
        var type = MqttPropertyRules.Of(id).Type;
        var (max, bytes) = type switch
        {
            MqttPropertyType.Flag => (1u, 1),
            MqttPropertyType.TwoByteInteger => (ushort.MaxValue, 2),
            MqttPropertyType.FourByteInteger => (uint.MaxValue, 4),
            MqttPropertyType.VariableByteInteger => ((uint)MqttFrames.MaxBodyLength, MqttFrames.LengthBytes((int)Math.Min(value, MqttFrames.MaxBodyLength))),
            _ => throw new ArgumentException($"{id} is not a number", nameof(id)),
        };
        if (value > max) throw new ArgumentOutOfRangeException(nameof(value), value, $"{id} is at most {max}");

        var writer = Begin(id, bytes);
        switch (type)
        {
            case MqttPropertyType.Flag:
                writer.Byte((byte)value);
                break;
            case MqttPropertyType.TwoByteInteger:
                writer.UInt16((ushort)value);
                break;
            case MqttPropertyType.FourByteInteger:
                writer.UInt32(value);
                break;
            default:
                writer.VariableInteger((int)value);
                break;
        }
    }

    /// <summary>Adds a text (UTF-8) or binary data.</summary>
    /// <exception cref="ArgumentException">The property is neither, the value is longer than 65,535 bytes, or the buffer is full.</exception>
    public void Add(MqttProperty id, ReadOnlySpan<byte> value)
    {
        if (MqttPropertyRules.Of(id).Type is not (MqttPropertyType.Text or MqttPropertyType.Binary)) throw new ArgumentException($"{id} is neither text nor binary data", nameof(id));
        var writer = Begin(id, MqttBodyWriter.FieldLength(value));
        writer.Field(value);
    }

    /// <summary>Adds a user property, name and value in UTF-8. May be repeated.</summary>
    /// <exception cref="ArgumentException">A text is longer than 65,535 bytes, or the buffer is full.</exception>
    public void AddUserProperty(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var writer = Begin(MqttProperty.UserProperty, MqttBodyWriter.FieldLength(name) + MqttBodyWriter.FieldLength(value));
        writer.Field(name);
        writer.Field(value);
    }

    private MqttBodyWriter Begin(MqttProperty id, int valueBytes)
    {
        if (buffer.Length - length < valueBytes + 1) throw new ArgumentException("The buffer for the properties is full", nameof(valueBytes));
        var writer = new MqttBodyWriter(buffer.Slice(length, valueBytes + 1));
        writer.Byte((byte)id);
        length += valueBytes + 1;
        return writer;
    }
}
