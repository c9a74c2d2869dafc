using Shouldly;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Platform;

public sealed class ErasedPatientsTests : IDisposable
{
    private readonly DataFolder _data = DataFolder.Open(Directory.CreateTempSubdirectory("wardwatch-test-").FullName);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_data.Root, recursive: true);

    [Fact]
    public async Task Whoever_was_noted_is_on_the_list_for_its_owner_alone()
    {
        var list = new ErasedPatients(_data, TimeProvider.System);
        (await list.ReadAsync(Cancellation)).ShouldBeEmpty();
        await list.NoteAsync(new("north", "p-1"), DateTimeOffset.UnixEpoch, Cancellation);
        await list.NoteAsync(new("north", "p-12"), DateTimeOffset.UnixEpoch, Cancellation);
        (await list.ReadAsync(Cancellation)).ShouldBe([new("north", "p-1"), new("north", "p-12")], ignoreOrder: true);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(_data.ErasedPatients).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task A_line_cut_short_anywhere_names_nobody_and_spoils_no_other()
    {
        var line = ErasedPatients.Line(new("north", "p-12"), DateTimeOffset.UnixEpoch);
        ErasedPatients.Parse(line).ShouldBe(new ErasedPatient("north", "p-12"));
        for (var length = 0; length < line.Length; length++)
        {
            ErasedPatients.Parse(line[..length]).ShouldBeNull(line[..length]);
        }

        await File.WriteAllTextAsync(_data.ErasedPatients, line + "\n" + line[..^3], Cancellation);
        var list = new ErasedPatients(_data, TimeProvider.System);
        await list.NoteAsync(new("north", "p-3"), DateTimeOffset.UnixEpoch, Cancellation);
        (await list.ReadAsync(Cancellation)).ShouldBe([new("north", "p-12"), new("north", "p-3")], ignoreOrder: true);
    }

    [Fact]
    public void A_changed_line_names_nobody()
    {
        var line = ErasedPatients.Line(new("north", "p-12"), DateTimeOffset.UnixEpoch);
        ErasedPatients.Parse(line.Replace("p-12", "p-13", StringComparison.Ordinal)).ShouldBeNull();
    }
}
