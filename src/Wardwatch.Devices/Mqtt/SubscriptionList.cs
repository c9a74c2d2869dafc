namespace Wardwatch.Devices.Mqtt;

/// <summary>Which retained messages a subscription wants.</summary>
public enum RetainHandling : byte
{
    SendAtSubscribe = 0,
    SendIfNew = 1,
    DoNotSend = 2,
}

/// <summary>
/// The options of a subscription (MQTT 5.0, 3.8.3.1). 3.1.1 has the QoS only.
/// <code>
///  | 00 | retain handling: 2 bits | retain as published | no local | maximum QoS: 2 bits |
/// </code>
/// </summary>
public readonly record struct SubscriptionOptions(QualityOfService MaximumQos, bool NoLocal = false, bool RetainAsPublished = false, RetainHandling RetainHandling = RetainHandling.SendAtSubscribe)
{
    internal byte Encoded => (byte)((byte)MaximumQos | (NoLocal ? 4 : 0) | (RetainAsPublished ? 8 : 0) | ((byte)RetainHandling << 4));

    internal static SubscriptionOptions Decode(byte encoded) =>
        new((QualityOfService)(encoded & 3), (encoded & 4) != 0, (encoded & 8) != 0, (RetainHandling)((encoded >> 4) & 3));
}

/// <summary>One entry of SUBSCRIBE.</summary>
public readonly ref struct Subscription
{
    internal Subscription(ReadOnlySpan<byte> filter, SubscriptionOptions options)
    {
        Filter = filter;
        Options = options;
    }

    public ReadOnlySpan<byte> Filter { get; }

    public SubscriptionOptions Options { get; }
}

/// <summary>The entries of SUBSCRIBE, checked, as they stand in its bytes.</summary>
public readonly ref struct SubscriptionList
{
    internal SubscriptionList(ReadOnlySpan<byte> encoded) => Encoded = encoded;

    internal ReadOnlySpan<byte> Encoded { get; }

    /// <summary>How many entries, and so how many reasons SUBACK must have. Counts each time.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var _ in this) count++;
            return count;
        }
    }

    public Enumerator GetEnumerator() => new(Encoded);

    internal static MqttFault Check(ReadOnlySpan<byte> encoded, MqttVersion version)
    {
        if (encoded.IsEmpty) return MqttFault.Protocol("There is no subscription");
        var reader = new MqttBodyReader(encoded);
        while (!reader.IsEmpty)
        {
            var filter = reader.Name();
            var options = reader.Byte();
            if (!reader.Fault.IsNone) return reader.Fault;
            if (!MqttTopics.IsValidFilter(filter, version)) return MqttFault.Malformed("A topic filter is not valid");
            if ((options & (version == MqttVersion.V500 ? 0xC0 : 0xFC)) != 0) return MqttFault.Malformed("A reserved bit of subscription options is set");
            if ((options & 3) == 3) return version == MqttVersion.V500 ? MqttFault.Protocol("The maximum QoS is 3") : MqttFault.Malformed("The maximum QoS is 3");
            if ((options & 0x30) == 0x30) return MqttFault.Protocol("Retain handling is 3");
            var isShared = version == MqttVersion.V500 && MqttTopics.TrySplitShared(filter, out _, out _);
            if (isShared && (options & 4) != 0) return MqttFault.Protocol("A shared subscription is marked no local");
        }

        return default;
    }

    public ref struct Enumerator
    {
        private MqttBodyReader reader;
        private Subscription current;

        internal Enumerator(ReadOnlySpan<byte> encoded)
        {
            reader = new MqttBodyReader(encoded);
            current = default;
        }

        public readonly Subscription Current => current;

        public bool MoveNext()
        {
            if (reader.IsEmpty) return false;
            current = new Subscription(reader.Binary(), SubscriptionOptions.Decode(reader.Byte()));
            return true;
        }
    }
}

/// <summary>The filters of UNSUBSCRIBE, checked, as they stand in its bytes.</summary>
public readonly ref struct FilterList
{
    internal FilterList(ReadOnlySpan<byte> encoded) => Encoded = encoded;

    internal ReadOnlySpan<byte> Encoded { get; }

    /// <summary>How many filters, and so how many reasons UNSUBACK must have in 5.0. Counts each time.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var _ in this) count++;
            return count;
        }
    }

    public Enumerator GetEnumerator() => new(Encoded);

    internal static MqttFault Check(ReadOnlySpan<byte> encoded, MqttVersion version)
    {
        if (encoded.IsEmpty) return MqttFault.Protocol("There is no topic filter");
        var reader = new MqttBodyReader(encoded);
        while (!reader.IsEmpty)
        {
            var filter = reader.Name();
            if (!reader.Fault.IsNone) return reader.Fault;
            if (!MqttTopics.IsValidFilter(filter, version)) return MqttFault.Malformed("A topic filter is not valid");
        }

        return default;
    }

    public ref struct Enumerator
    {
        private MqttBodyReader reader;
        private ReadOnlySpan<byte> current;

        internal Enumerator(ReadOnlySpan<byte> encoded)
        {
            reader = new MqttBodyReader(encoded);
            current = default;
        }

        public readonly ReadOnlySpan<byte> Current => current;

        public bool MoveNext()
        {
            if (reader.IsEmpty) return false;
            current = reader.Binary();
            return true;
        }
    }
}

/// <summary>Puts the entries of SUBSCRIBE, or the filters of UNSUBSCRIBE, together in a buffer of the caller's; one writer serves one packet.</summary>
public ref struct FilterListWriter(Span<byte> buffer)
{
    private readonly Span<byte> buffer = buffer;
    private int length;

    /// <summary>What <see cref="AddSubscription"/> has added.</summary>
    public readonly SubscriptionList Subscriptions => new(buffer[..length]);

    /// <summary>What <see cref="AddFilter"/> has added.</summary>
    public readonly FilterList Filters => new(buffer[..length]);

    /// <exception cref="ArgumentException">The filter is longer than 65,535 bytes, or the buffer is full.</exception>
    public void AddSubscription(ReadOnlySpan<byte> filter, SubscriptionOptions options)
    {
        var writer = Begin(MqttBodyWriter.FieldLength(filter) + 1);
        writer.Field(filter);
        writer.Byte(options.Encoded);
    }

    /// <exception cref="ArgumentException">The filter is longer than 65,535 bytes, or the buffer is full.</exception>
    public void AddFilter(ReadOnlySpan<byte> filter)
    {
        var writer = Begin(MqttBodyWriter.FieldLength(filter));
        writer.Field(filter);
    }

    private MqttBodyWriter Begin(int bytes)
    {
        if (buffer.Length - length < bytes) throw new ArgumentException("The buffer for the filters is full", nameof(bytes));
        var writer = new MqttBodyWriter(buffer.Slice(length, bytes));
        length += bytes;
        return writer;
    }
}
