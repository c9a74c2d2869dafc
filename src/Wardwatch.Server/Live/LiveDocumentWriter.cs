using System.Buffers;
using System.Text.Json;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>Writes the documents of live messages. Belongs to one thread: its buffer and writer are used again.</summary>
internal sealed class LiveDocumentWriter : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _json;

    public LiveDocumentWriter() => _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });

    /// <summary>The document of a reading that came: <c>{"patient","device","at","vitals","anomaly","news2","attention","seq","late"}</c>.</summary>
    /// <param name="patient">Whose.</param>
    /// <param name="view">The patient's whole current state.</param>
    /// <param name="now">Ages are as of then, in microseconds since the Unix epoch.</param>
    public byte[] Vitals(PatientEntry patient, in PatientView view, long now)
    {
        Begin(patient);
        _json.WriteString("device"u8, view.MeasuredBy);
        _json.WritePropertyName("at"u8);
        PatientDocumentWriter.WriteTime(_json, view.MeasuredAt);
        PatientDocumentWriter.WriteState(_json, in view, patient.SpO2Scale, now);
        _json.WriteNumber("seq"u8, view.Sequence);

        // Late readings change no live state, so that none ever comes here.
        _json.WriteBoolean("late"u8, value: false);
        return End();
    }

    /// <summary>The document of a changed state without a reading: <c>{"patient","device","vitals","anomaly","news2","attention","seq"}</c>.</summary>
    /// <inheritdoc cref="Vitals"/>
    public byte[] Status(PatientEntry patient, in PatientView view, long now)
    {
        Begin(patient);
        _json.WritePropertyName("device"u8);
        PatientDocumentWriter.WriteDevice(_json, in view.Device);
        PatientDocumentWriter.WriteState(_json, in view, patient.SpO2Scale, now);
        _json.WriteNumber("seq"u8, view.Sequence);
        return End();
    }

    public void Dispose() => _json.Dispose();

    private void Begin(PatientEntry patient)
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("patient"u8, patient.Id);
    }

    private byte[] End()
    {
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenSpan.ToArray();
    }
}
