using System.Text.Json;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Devices.Payloads;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Monitoring.Contracts;

/// <summary>
/// Writes live states as JSON straight from a view: the same bytes as the documents of <see cref="PatientDocumentBuilder"/>, without making them. Live
/// messages are written for every reading; a test holds that both say the same.
/// </summary>
public static class PatientDocumentWriter
{
    private static readonly JsonEncodedText[] Keys = [.. VitalCatalogue.All.ToArray().Select(definition => JsonEncodedText.Encode(definition.WireKey))];
    private static readonly JsonEncodedText[] States = [.. PatientDocumentBuilder.States.Select(state => JsonEncodedText.Encode(state))];
    private static readonly JsonEncodedText[] DeviceStates = [.. PatientDocumentBuilder.DeviceStates.Select(state => JsonEncodedText.Encode(state))];
    private static readonly JsonEncodedText ValueName = JsonEncodedText.Encode("value");
    private static readonly JsonEncodedText AtName = JsonEncodedText.Encode("at");
    private static readonly JsonEncodedText AgeName = JsonEncodedText.Encode("ageSeconds");
    private static readonly JsonEncodedText StateName = JsonEncodedText.Encode("state");
    private static readonly JsonEncodedText MinName = JsonEncodedText.Encode("min");
    private static readonly JsonEncodedText MaxName = JsonEncodedText.Encode("max");

    /// <summary>What vitals, anomaly, news2 and attention are at <paramref name="now"/>: the members that all live documents share.</summary>
    public static void WriteState(Utf8JsonWriter json, in PatientView view, int spO2Scale, long now)
    {
        json.WritePropertyName("vitals"u8);
        WriteVitals(json, in view.Vitals, now);
        json.WritePropertyName("anomaly"u8);
        WriteAnomaly(json, in view);
        json.WritePropertyName("news2"u8);
        WriteNews2(json, in view, spO2Scale);
        json.WritePropertyName("attention"u8);
        WriteAttention(json, in view);
    }

    /// <summary>The device, or null if there is none.</summary>
    public static void WriteDevice(Utf8JsonWriter json, in DeviceView device)
    {
        if (device.Id is null)
        {
            json.WriteNullValue();
            return;
        }

        var heard = device.LastReceivedAt != 0;
        json.WriteStartObject();
        json.WriteString("id"u8, device.Id);
        json.WriteString(StateName, DeviceStates[(int)device.State]);
        WriteTimeOrNull(json, "since"u8, PatientDocumentBuilder.Since(in device));
        WriteTimeOrNull(json, "lastReadingAt"u8, heard ? device.LastReceivedAt : null);
        if (heard)
        {
            json.WriteNumber("clockOffsetSeconds"u8, PatientDocumentBuilder.ClockOffset(in device));
        }
        else
        {
            json.WriteNull("clockOffsetSeconds"u8);
        }

        WriteStatus(json, in device);
        json.WriteEndObject();
    }

    private static void WriteStatus(Utf8JsonWriter json, in DeviceView device)
    {
        if (device.Battery is { } battery)
        {
            json.WriteNumber("battery"u8, Math.Round(battery, 1));
        }
        else
        {
            json.WriteNull("battery"u8);
        }

        if (device.SensorsOff is { } off)
        {
            json.WriteStartArray("sensorsOff"u8);
            for (; off != 0; off &= off - 1)
            {
                json.WriteStringValue(Keys[System.Numerics.BitOperations.TrailingZeroCount(off)]);
            }

            json.WriteEndArray();
        }
        else
        {
            json.WriteNull("sensorsOff"u8);
        }

        WriteTimeOrNull(json, "statusAt"u8, device.StatusAt != 0 ? device.StatusAt : null);
    }

    /// <summary>A time as everywhere on the wire, in UTC.</summary>
    public static void WriteTime(Utf8JsonWriter json, long microseconds)
    {
        Span<byte> text = stackalloc byte[Timestamp.MaxWrittenBytes];
        if (Timestamp.TryWrite(microseconds, text, out var written))
        {
            json.WriteStringValue(text[..written]);
        }
        else
        {
            json.WriteStringValue(UnixTime.ToDateTime(microseconds));
        }
    }

    private static void WriteVitals(Utf8JsonWriter json, in VitalSet vitals, long now)
    {
        json.WriteStartObject();
        foreach (var definition in VitalCatalogue.All)
        {
            if (!vitals.TryGet(definition.Vital, out var value, out var at))
            {
                continue;
            }

            var age = Math.Max(0, (now - at) / 1e6);
            json.WritePropertyName(Keys[(int)definition.Vital]);
            json.WriteStartObject();
            json.WritePropertyName(ValueName);
            WriteValue(json, definition.Vital, value);
            json.WritePropertyName(AtName);
            WriteTime(json, at);
            json.WriteNumber(AgeName, Math.Round(age, 3));
            json.WriteString(StateName, States[(int)definition.Ages.StateAt(age)]);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, Vital vital, double value)
    {
        switch (vital)
        {
            case Vital.Consciousness:
                json.WriteStringValue("ACVPU"u8.Slice((int)value, 1));
                break;
            case Vital.SupplementalOxygen:
                json.WriteBooleanValue(value != 0);
                break;
            default:
                json.WriteNumberValue(value);
                break;
        }
    }

    private static void WriteAnomaly(Utf8JsonWriter json, in PatientView view)
    {
        if (view.ScoredAt == 0 || float.IsNaN(view.Anomaly.Score))
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("score"u8, Math.Round(view.Anomaly.Score, 4));
        json.WritePropertyName(AtName);
        WriteTime(json, view.ScoredAt);
        json.WriteNumber("completeness"u8, Math.Round(view.Anomaly.Completeness, 3));
        json.WriteStartArray("drivers"u8);
        for (var i = 0; i < view.Anomaly.Count; i++)
        {
            var driver = view.Anomaly.Drivers[i];
            json.WriteStartObject();
            json.WriteString("vital"u8, Keys[(int)driver.Vital]);
            json.WriteNumber("contribution"u8, Math.Round(driver.Contribution, 3));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model"u8, view.Anomaly.Model);
        json.WriteEndObject();
    }

    private static void WriteNews2(Utf8JsonWriter json, in PatientView view, int spO2Scale)
    {
        if (view.ScoredAt == 0)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber(MinName, view.News2.Min);
        json.WriteNumber(MaxName, view.News2.Max);
        json.WriteBoolean("complete"u8, view.News2.Complete);
        json.WritePropertyName(AtName);
        WriteTime(json, view.ScoredAt);
        json.WriteNumber("scale"u8, spO2Scale);
        json.WriteStartObject("parameters"u8);
        foreach (var vital in News2.Parameters)
        {
            json.WriteStartObject(Keys[(int)vital]);
            json.WriteNumber(MinName, view.News2.MinOf(vital));
            json.WriteNumber(MaxName, view.News2.MaxOf(vital));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteAttention(Utf8JsonWriter json, in PatientView view)
    {
        // Rare, and its text is made anew each time in any case.
        if (PatientDocumentBuilder.Attention(in view) is not { } attention)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("priority"u8, attention.Priority);
        json.WriteString("text"u8, attention.Text);
        json.WriteString("vital"u8, attention.Vital);
        json.WritePropertyName("since"u8);
        WriteTime(json, UnixTime.FromDateTimeOffset(attention.Since));
        json.WriteEndObject();
    }

    private static void WriteTimeOrNull(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? microseconds)
    {
        json.WritePropertyName(name);
        if (microseconds is { } time)
        {
            WriteTime(json, time);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
