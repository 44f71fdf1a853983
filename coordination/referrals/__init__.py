"""A referral until its advice: taken in, corrected, confirmed, departed from, followed."""
