using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Wardwatch.Server.Staff;

/// <summary>A member of staff who can sign in.</summary>
internal sealed class StaffAccount : IdentityUser<Guid>
{
    /// <summary>The hospital.</summary>
    public int TenantId { get; set; }

    /// <summary>The name that colleagues see.</summary>
    public required string Name { get; set; }

    /// <summary>One of <see cref="Contracts.StaffRoles"/>.</summary>
    public required string Role { get; set; }

    /// <summary>When the account was made.</summary>
    public DateTime CreatedAt { get; set; }
}

/// <summary>Identity's view of the accounts. The tables come from the SQL migrations; this only maps them.</summary>
internal sealed class StaffDb(DbContextOptions<StaffDb> options) : DbContext(options)
{
    public DbSet<StaffAccount> Accounts => Set<StaffAccount>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        var account = modelBuilder.Entity<StaffAccount>();
        account.ToTable("staff_accounts");
        account.HasKey(a => a.Id);
        account.Property(a => a.Id).HasColumnName("account_id");
        account.Property(a => a.TenantId).HasColumnName("tenant_id");
        account.Property(a => a.UserName).HasColumnName("user_name");
        account.Property(a => a.NormalizedUserName).HasColumnName("normalized_user_name");
        account.Property(a => a.Name).HasColumnName("name");
        account.Property(a => a.Role).HasColumnName("role");
        account.Property(a => a.PasswordHash).HasColumnName("password_hash");
        account.Property(a => a.SecurityStamp).HasColumnName("security_stamp");
        account.Property(a => a.ConcurrencyStamp).HasColumnName("concurrency_stamp").IsConcurrencyToken();
        account.Property(a => a.CreatedAt).HasColumnName("created_at");

        // Lockout would let anybody lock others out; sign-in is limited per account and address instead. Channels and second factors get tables of their own.
        account.Ignore(a => a.AccessFailedCount);
        account.Ignore(a => a.LockoutEnabled);
        account.Ignore(a => a.LockoutEnd);
        account.Ignore(a => a.Email);
        account.Ignore(a => a.EmailConfirmed);
        account.Ignore(a => a.NormalizedEmail);
        account.Ignore(a => a.PhoneNumber);
        account.Ignore(a => a.PhoneNumberConfirmed);
        account.Ignore(a => a.TwoFactorEnabled);
    }
}
