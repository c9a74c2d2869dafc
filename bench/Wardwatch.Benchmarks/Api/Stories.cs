using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;

namespace Wardwatch.Benchmarks.Api;

/// <summary>
/// Patients who come, lie in a bed, are moved to another and leave: register, admit, transfer, discharge, and the next one comes. Each story has two beds of its own,
/// so that none is refused for another's sake; whoever is to write takes the story that has waited longest and does its next step.
/// </summary>
internal sealed class Stories
{
    private static readonly string[] Steps = ["register", "admit", "transfer", "discharge"];

    private readonly ConcurrentQueue<Story> _waiting = new();
    private readonly string _ward;
    private int _registered;

    /// <param name="ward">A ward in which nobody lies; its beds are called <c>1</c> and so on.</param>
    /// <param name="count">How many stories go on at once; each takes two beds.</param>
    public Stories(string ward, int count)
    {
        _ward = ward;
        for (var i = 0; i < count; i++) _waiting.Enqueue(new Story($"{(2 * i) + 1}", $"{(2 * i) + 2}"));
    }

    /// <summary>Does the next step of a story with a client that may.</summary>
    /// <returns>Its kind, and what went wrong or null.</returns>
    public async Task<(string Kind, string? Fault)> StepAsync(HttpClient client, CancellationToken cancellation)
    {
        // All are under way only where the server takes longer for each than they wait for their next turn.
        if (!_waiting.TryDequeue(out var story)) return ("write", "no story was at rest: every patient's last change is still waited for");
        var kind = Steps[story.Next];
        var (fault, ended) = (default(string), false);
        try
        {
            using var answer = await client.SendAsync(Request(story), cancellation);
            if (answer.IsSuccessStatusCode)
            {
                using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
                (story.Patient, story.Version) = (document.RootElement.GetProperty("id").GetString()!, answer.Headers.ETag!.Tag);
                story.Next = (story.Next + 1) % Steps.Length;
            }
            else
            {
                fault = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation)}";
            }

            ended = true;
        }
        finally
        {
            // What became of a step that failed is not known: its beds stay out of the game.
            if (ended && fault is null) _waiting.Enqueue(story);
        }

        return (kind, fault);
    }

    private HttpRequestMessage Request(Story story)
    {
        object body = story.Next switch
        {
            0 => new { recordNumber = $"88-{Interlocked.Increment(ref _registered):D7}", name = $"Newcomer{_registered % 97}, Ann", dateOfBirth = "1980-01-02", sex = "female" },
            1 => new { ward = _ward, bed = story.FirstBed, status = "admitted" },
            2 => new { ward = _ward, bed = story.SecondBed },
            _ => new { to = "home" },
        };
        var request = new HttpRequestMessage(HttpMethod.Post, story.Next == 0 ? "/api/patients" : $"/api/patients/{story.Patient}/{Steps[story.Next]}") { Content = JsonContent.Create(body) };
        if (story.Next > 0) request.Headers.TryAddWithoutValidation("If-Match", story.Version);
        return request;
    }

    private sealed class Story(string firstBed, string secondBed)
    {
        public string FirstBed { get; } = firstBed;

        public string SecondBed { get; } = secondBed;

        public int Next { get; set; }

        public string? Patient { get; set; }

        public string? Version { get; set; }
    }
}
