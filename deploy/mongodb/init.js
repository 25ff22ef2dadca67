// Makes the replica set and the services' user; run by mongosh as root, harmless the second time.
const admin = db.getSiblingDB("admin");
admin.auth("root", process.env.MONGODB_ROOT_PASSWORD);

const NOT_YET_INITIALIZED = 94;
try {
  rs.status();
} catch (error) {
  if (error.code !== NOT_YET_INITIALIZED) throw error;
  rs.initiate({ _id: "gancang", members: [{ _id: 0, host: "mongodb:27017" }] });
}
while (!admin.hello().isWritablePrimary) sleep(200);

// Its own two databases and nothing else (state; and the data keys, which no back-up holds): no users, no server commands.
const store = db.getSiblingDB("gancang");
const roles = ["gancang", "gancang_keys"].map((name) => ({ role: "readWrite", db: name }));
const user = { pwd: process.env.MONGODB_PASSWORD, roles };
if (store.getUser("gancang")) store.updateUser("gancang", user);
else store.createUser({ user: "gancang", ...user });
print("replica set gancang, user gancang");
