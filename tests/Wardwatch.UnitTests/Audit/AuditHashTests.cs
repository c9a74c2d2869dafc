using Shouldly;
using Wardwatch.Server.Audit;
using Xunit;

namespace Wardwatch.UnitTests.Audit;

/// <summary>The hash of a row stands in databases for years: it must never come out differently, and every field must count.</summary>
public sealed class AuditHashTests
{
    private static readonly AuditRow Row = new()
    {
        TenantId = 1,
        Number = 42,
        At = 1_795_000_000_123_456,
        AccountId = Guid.Parse("019ab1c2-0000-7000-8000-000000000001"),
        User = "nurse.falk",
        Role = "nurse",
        Action = "patient.read",
        Patients = [7, 9],
        Done = true,
        Address = [127, 0, 0, 1],
        RequestId = "0HNQ6VQO6ED1C:00000001",
        Content = [1, 2, 3],
    };

    [Fact]
    public void The_hash_of_a_row_is_the_one_that_was_released() =>
        Hash(Row).ShouldBe("04bfdbb508aab42369822f391089306dee44432a0f49e14e7328f5005af0cf1e");

    [Fact]
    public void Every_field_counts()
    {
        AuditRow[] others =
        [
            Row with { TenantId = 2 }, Row with { Number = 43 }, Row with { At = Row.At + 1 }, Row with { AccountId = null }, Row with { AccountId = Guid.Empty },
            Row with { User = "nurse.fall" }, Row with { User = null }, Row with { User = "" }, Row with { Role = "physician" }, Row with { Role = null }, Row with { Action = "history.read" },
            Row with { Patients = [9, 7] }, Row with { Patients = [7] }, Row with { Patients = [] }, Row with { Done = false }, Row with { Address = null }, Row with { Address = [127, 0, 0, 2] },
            Row with { RequestId = null }, Row with { Content = null }, Row with { Content = [1, 2] }, Row with { User = "nurse.falknurse", Role = "" },
        ];
        others.Select(Hash).Append(Hash(Row)).Distinct(StringComparer.Ordinal).Count().ShouldBe(others.Length + 1);
    }

    [Fact]
    public void The_row_before_counts()
    {
        byte[] before = [.. AuditHash.Start];
        before[31] = 1;
        new AuditHash().Next(in Row, before);
        Convert.ToHexStringLower(before).ShouldNotBe(Hash(Row));
    }

    private static string Hash(AuditRow row)
    {
        byte[] hash = [.. AuditHash.Start];
        new AuditHash().Next(in row, hash);
        return Convert.ToHexStringLower(hash);
    }
}
