using Shouldly;
using Wardwatch.Benchmarks.Proof.Order;
using Xunit;

namespace Wardwatch.SystemTests.Proof;

/// <summary>The reading of traces, line by line as strace writes them.</summary>
public sealed class TraceOrderTests
{
    private const string Socket = "356<TCPv6:[[::ffff:127.0.0.1]:8883->[::ffff:127.0.0.1]:35534]>";
    private const string Wal = "53</tmp/ward/postgres/pg_wal/000000010000000000000001>";
    private const string Peek = $"101 recvfrom({Socket}, \"\\26\", 1, MSG_PEEK, NULL, NULL) = 1";
    private const string Arrives = $"101 recvfrom({Socket}, \"\\27\\3\\3\\0\"..., 4096, 0, NULL, NULL) = 154";
    private const string Written = $"202 pwrite64({Wal}, \"\\20\\321\\5\\0\"..., 16384, 12828672) = 16384";
    private const string Synced = $"202 fdatasync({Wal}) = 0";
    private const string SyncFailed = $"202 fdatasync({Wal}) = -1 EIO (Input/output error)";
    private const string SyncBegins = $"202 fdatasync({Wal} <unfinished ...>";
    private const string SyncEnds = "202 <... fdatasync resumed>) = 0";
    private const string Sent = $"102 sendto({Socket}, \"\\27\\3\\3\\0\"..., 26, 0, NULL, 0) = 26";
    private const string SendBegins = $"102 sendto({Socket}, \"\\27\\3\\3\\0\"..., 26, 0, NULL, 0 <unfinished ...>";
    private const string SendEnds = "102 <... sendto resumed>) = 26";

    [Fact]
    public void A_send_after_the_sync_of_what_was_written_is_in_order() => InOrder(Peek, Arrives, Written, Synced, Sent).ShouldBe((1, 1));

    [Fact]
    public void A_sync_that_is_cut_in_two_counts_from_its_end() => InOrder(Arrives, Written, SyncBegins, SyncEnds, Sent).ShouldBe((1, 1));

    [Fact]
    public void A_send_that_begins_before_the_sync_has_returned_is_not_in_order()
    {
        InOrder(Arrives, Written, SyncBegins, Sent, SyncEnds).ShouldBe((1, 0));
        InOrder(Arrives, Written, SyncBegins, SendBegins, SyncEnds, SendEnds).ShouldBe((1, 0));
    }

    [Fact]
    public void A_send_before_the_log_is_written_is_not_in_order() => InOrder(Arrives, Sent, Written, Synced).ShouldBe((1, 0));

    [Fact]
    public void A_sync_that_fails_does_not_count() => InOrder(Arrives, Written, SyncFailed, Sent).ShouldBe((1, 0));

    [Fact]
    public void A_sync_that_began_before_the_write_does_not_cover_it() => InOrder(Arrives, SyncBegins, Written.Replace("202", "203"), SyncEnds, Sent).ShouldBe((1, 0));

    [Fact]
    public void A_sync_of_another_file_does_not_count() => InOrder(Arrives, Written, Synced.Replace("pg_wal", "base"), Sent).ShouldBe((1, 0));

    [Fact]
    public void One_sync_does_not_stand_for_two_acknowledgements()
    {
        InOrder(Arrives, Written, Synced, Sent, Arrives, Written, Synced, Sent).ShouldBe((2, 2));
        InOrder(Arrives, Sent, Arrives, Written, Synced, Sent, Arrives, Written, Synced, Sent).ShouldBe((3, 0), "each is answered with the sync of the one before");
    }

    [Fact]
    public void Other_sockets_and_files_are_not_looked_at() => InOrder(
        Arrives, Written, Synced, Sent.Replace(":8883->", ":8080->"), "102 write(2</tmp/ward/8883->x.log>, \"a\", 1) = 1", "101 sendto(9<UNIX-STREAM:[1->2]>, \"Q\", 1, 0, NULL, 0) = 1", Sent).ShouldBe((1, 1));

    private static (int Sends, int InOrder) InOrder(params string[] lines)
    {
        var summary = TraceOrder.Read(lines, 8883, "/tmp/ward/postgres/pg_wal");
        (summary.FirstFault is null).ShouldBe(summary.InOrder == summary.Sends);
        return (summary.Sends, summary.InOrder);
    }
}
