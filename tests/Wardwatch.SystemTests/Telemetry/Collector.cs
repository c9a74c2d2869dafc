using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Wardwatch.SystemTests.Telemetry;

/// <summary>A span as it was exported.</summary>
/// <param name="Source">The source of activities.</param>
/// <param name="Trace">The trace's id, hexadecimal.</param>
/// <param name="Id">Its own id.</param>
/// <param name="Parent">The parent's id; empty for a root.</param>
/// <param name="Name">Its name.</param>
/// <param name="Start">Nanoseconds since the Unix epoch.</param>
/// <param name="End">The same.</param>
public sealed record ExportedSpan(string Source, string Trace, string Id, string Parent, string Name, ulong Start, ulong End);

/// <summary>A collector that takes traces over OTLP (HTTP, protobuf) and keeps what came.</summary>
public sealed class Collector : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<ExportedSpan> _spans = new();
    private readonly ConcurrentQueue<byte[]> _bodies = new();
    private readonly Task _serving;

    /// <summary>Begins to listen.</summary>
    public Collector()
    {
        var port = Harness.ServerProcess.FreePort();
        Address = $"http://localhost:{port}";
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The endpoint, without a path.</summary>
    public string Address { get; }

    /// <summary>What came up to now.</summary>
    public IReadOnlyList<ExportedSpan> Spans => [.. _spans];

    /// <summary>Everything that came, byte by byte, as text.</summary>
    public string Raw => string.Concat(_bodies.Select(body => Encoding.Latin1.GetString(body)));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body, CancellationToken.None);
            if (context.Request.Url!.AbsolutePath == "/v1/traces")
            {
                _bodies.Enqueue(body.ToArray());
                Read(body.ToArray());
            }

            context.Response.StatusCode = 200;
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    // ExportTraceServiceRequest { 1 ResourceSpans { 2 ScopeSpans { 1 scope { 1 name }, 2 Span } } }
    private void Read(byte[] request)
    {
        foreach (var scope in Fields(request).Where(field => field.Number == 1).SelectMany(resource => Fields(resource.Bytes)).Where(field => field.Number == 2))
        {
            var parts = Fields(scope.Bytes).ToList();
            var source = Text(Fields(parts.First(part => part.Number == 1).Bytes).First(field => field.Number == 1));
            foreach (var span in parts.Where(part => part.Number == 2))
            {
                // Span { 1 trace_id, 2 span_id, 4 parent_span_id, 5 name, 7 start: fixed64, 8 end: fixed64 }
                var fields = Fields(span.Bytes).ToLookup(field => field.Number);
                _spans.Enqueue(new(source, Hex(fields[1]), Hex(fields[2]), Hex(fields[4]), Text(fields[5].First()), fields[7].First().Fixed, fields[8].First().Fixed));
            }
        }
    }

    private static string Hex(IEnumerable<(int Number, byte[] Bytes, ulong Fixed)> fields) => Convert.ToHexStringLower(fields.Select(field => field.Bytes).FirstOrDefault([]));

    private static string Text((int Number, byte[] Bytes, ulong Fixed) field) => Encoding.UTF8.GetString(field.Bytes);

    private static IEnumerable<(int Number, byte[] Bytes, ulong Fixed)> Fields(byte[] message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var key = Variable(message, ref at);
            switch (key & 7)
            {
                case 0:
                    yield return ((int)(key >> 3), [], Variable(message, ref at));
                    break;
                case 1:
                    yield return ((int)(key >> 3), [], BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(at)));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Variable(message, ref at);
                    yield return ((int)(key >> 3), message[at..(at + length)], 0);
                    at += length;
                    break;
                default:
                    yield return ((int)(key >> 3), [], BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(at)));
                    at += 4;
                    break;
            }
        }
    }

    private static ulong Variable(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
