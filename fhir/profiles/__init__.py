"""The profiles of a referral as they are published, and all for which one would be refused."""
