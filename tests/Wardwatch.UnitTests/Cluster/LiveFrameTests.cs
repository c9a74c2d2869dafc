using Shouldly;
using Wardwatch.Server.Cluster.Live;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Keys;
using Xunit;

namespace Wardwatch.UnitTests.Cluster;

/// <summary>What goes between processes opens as it was sealed, and in no other way.</summary>
public sealed class LiveFrameTests : IDisposable
{
    private static readonly byte[] Content = [1, 2, 3, 4, 5];

    private readonly Keyring _keyring = new(new byte[32], new LeasedNonces(1));

    public LiveFrameTests() => _keyring.Open(1, [_keyring.CreateTenantKey()]);

    public void Dispose() => _keyring.Dispose();

    [Fact]
    public void A_message_opens_as_it_was_sealed()
    {
        var frame = Frame();
        var opened = LiveFrame.TryOpen(frame.Seal(_keyring), _keyring)!;
        opened.Content.ShouldBe(Content);
        (opened with { Content = Content }).ShouldBe(frame);
    }

    [Fact]
    public void A_message_that_was_changed_anywhere_does_not_open()
    {
        var message = Frame().Seal(_keyring);
        for (var at = 0; at < message.Length; at++)
        {
            var changed = message.ToArray();
            changed[at] ^= 1;
            LiveFrame.TryOpen(changed, _keyring).ShouldBeNull($"byte {at}");
        }
    }

    [Fact]
    public void A_message_that_was_cut_anywhere_does_not_open()
    {
        var message = Frame().Seal(_keyring);
        for (var length = 0; length < message.Length; length++)
        {
            LiveFrame.TryOpen(message.AsSpan(0, length), _keyring).ShouldBeNull($"cut at {length}");
        }
    }

    [Fact]
    public void A_message_of_another_hospital_or_under_another_key_does_not_open()
    {
        using var other = new Keyring(new byte[32], new LeasedNonces(2));
        other.Open(1, [other.CreateTenantKey()]);
        var message = Frame().Seal(_keyring);
        LiveFrame.TryOpen(message, other).ShouldBeNull();
        using var without = new Keyring(new byte[32], new LeasedNonces(3));
        LiveFrame.TryOpen(message, without).ShouldBeNull();
    }

    private static LiveFrame Frame() => new(LiveFrameKind.States, "monitor-a", new Guid("7c9e6679-7425-40de-944b-e07fc1f90ae7"), 12, 1_795_000_000_000_000, 1, Content);
}
