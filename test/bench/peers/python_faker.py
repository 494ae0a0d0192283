"""The article's way to make records: Python's Faker, en_GB, the same fourteen columns. python_faker.py COUNT prints records a second."""
import json
import sys
import time

from faker import Faker

COUNT = int(sys.argv[1])
fake = Faker("en_GB")
Faker.seed(1)


def record():
    return {
        "name": fake.name(),
        "address": fake.address(),
        "country_code": fake.country_code(),
        "city": fake.city(),
        "bank_iban": fake.iban(),
        "company": fake.company(),
        "credit_card": fake.credit_card_number(),
        "credit_card_provider": fake.credit_card_provider(),
        "credit_card_expires": fake.credit_card_expire(),
        "date_record_created": fake.date_time_this_year().isoformat(),
        "employement": fake.job(),
        "emp_id": str(fake.random_number(digits=8)),
        "name_prefix": fake.prefix(),
        "phone_number": fake.phone_number(),
    }


json.dumps(record())
start = time.perf_counter()
for _ in range(COUNT):
    json.dumps(record()).encode("utf-8")
print(COUNT / (time.perf_counter() - start))
